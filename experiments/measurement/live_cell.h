// A cell's contestant and input, in memory and ready to run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "experiments/definition/cell.h"
#include "primitives/exchange/exchange.h"

namespace suite {

// What a number of forwards did, or of runs of another phase, per forward.
struct Measurement {
  double seconds = 0;
  double cpu_seconds = 0;  // of all threads together
  Cost counted;            // with the seconds of each part
  std::uint64_t bytes_peak = 0;
  bool finite = true;
  std::uint64_t output_hash = 0;  // of the bits of the output, or the gradients

  // Over ranks each one's own; what stands above is rank 0's then, but for the
  // seconds, which are the slowest rank's, and the CPU's, which are of all.
  struct OfRank {
    double seconds = 0, exchange_seconds = 0;
    std::uint64_t macs = 0, bytes_sent = 0, bytes_peak = 0;
  };
  std::vector<OfRank> ranks = {};
};

// A tensor's name and values, for whoever computes the same elsewhere.
struct RawTensor {
  std::string name;
  std::vector<std::size_t> shape;
  std::span<const std::byte> bytes;  // scalars of the cell, row-major
};

// start(), some run()s, stop(): the caller drives, and holds the clock. A run
// is what the cell's phase says, a forward say. stop() throws Error if the runs
// can't have counted the same.
class LiveCell {
 public:
  virtual ~LiveCell() = default;

  virtual void start() = 0;
  virtual double run() = 0;  // its seconds
  virtual Measurement stop() = 0;

  virtual std::uint64_t bytes() const = 0;  // held between forwards

  virtual std::vector<RawTensor> parameters() = 0;
  virtual RawTensor input() const = 0;
  // Of the last forward; of a backward or a step the gradients, of an update the
  // parameters, one after the other in the order of their names.
  virtual RawTensor output() const = 0;
};

// Builds the contestant, draws parameters and input from `seed`; of a cell over
// ranks this rank's share, with `exchange` to the others, which outlives it.
std::unique_ptr<LiveCell> make_live(const Cell& cell, std::uint64_t seed,
                                    Exchange* exchange = nullptr);

}  // namespace suite
