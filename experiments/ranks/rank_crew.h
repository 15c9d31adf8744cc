// Cells that ranks run together: rank 0 leads, the others follow its orders.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "experiments/measurement/crew.h"
#include "primitives/exchange/exchange.h"

namespace suite {

// What a rank has passed on so far, by a witness who doesn't ask the
// ledger.
using BytesOnWire = std::function<std::uint64_t()>;

enum class Order { check, build, start, run, stop, release, end };

struct Command {
  Order order = Order::end;
  std::size_t cell = 0;  // its place in the list that all ranks have
};

// What a rank did, as sent to the others.
struct Report {
  double seconds = 0, cpu_seconds = 0;
  Cost counted;
  std::uint64_t bytes_peak = 0, output_hash = 0;
  bool finite = true;
  char error[1024] = {};  // empty: none
};

// A rank's own part of it. What it is given outlives it.
class RankAtWork {
 public:
  RankAtWork(Exchange& exchange, const std::vector<Cell>& cells,
             std::uint64_t seed, BytesOnWire wire)
      : exchange_(exchange),
        cells_(cells),
        seed_(seed),
        wire_(std::move(wire)) {}

  // Does as all ranks are told, at the same time, and returns what all report,
  // in the order of ranks; nothing after start and run, which nobody waits for.
  // An error is a report; one that came of a run is reported when it stops.
  std::vector<Report> perform(const Command& command);

  LiveCell& live(std::size_t cell) { return *at_work_.at(cell).live; }

 private:
  struct AtWork {
    std::unique_ptr<LiveCell> live;
    std::uint64_t runs = 0, wire = 0;
    std::string error;
  };

  void perform(const Command& command, Report& report);
  void stop(const Cell& cell, AtWork& at_work, Report& report);

  Exchange& exchange_;
  const std::vector<Cell>& cells_;
  std::uint64_t seed_;
  BytesOnWire wire_;
  std::map<std::size_t, AtWork> at_work_;
};

// Follows rank 0 until it says that this is the end.
void follow(Exchange& exchange, RankAtWork& rank);

// Rank 0's. `cells` is what all ranks have, and what it will be asked to run.
class RankCrew : public Crew {
 public:
  RankCrew(Exchange& exchange, const std::vector<Cell>& cells,
           RankAtWork& rank);
  ~RankCrew() override;  // the end, for all

  // Throws Error that names the rank, here and below.
  void check(const Cell& cell, std::uint64_t seed) override;
  std::unique_ptr<LiveCell> make_live(const Cell& cell,
                                      std::uint64_t seed) override;

 private:
  class Live;

  std::size_t place_of(const Cell& cell) const;
  // Throws Error for the first rank that reports one.
  std::vector<Report> order(Order order, std::size_t cell);

  Exchange& exchange_;
  const std::vector<Cell>& cells_;
  RankAtWork& rank_;
};

}  // namespace suite
