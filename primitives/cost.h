// One type for work. What a contestant declares and what the ledger counts are
// both a Cost, and must be equal, exactly.
//
// One MAC is one multiply-add of a matrix product and 2 FLOPs. Paper FLOPs are
// 2·MACs + 3·logits: the rule behind every figure of Perceiver (Jaegle et al.
// 2021) Tables 5 and 6.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string_view>

namespace suite {

enum class Part {
  input_projection,      // inputs to the width of the model, where they differ
  position_encoding,     // positions made and joined to the inputs
  layer_norm,            //
  query_projection,      //
  key_value_projection,  //
  scores,                // queries times keys
  softmax,               // the logits
  weighted_sum,          // weights times values
  output_projection,     // heads back to the width, with the residual
  mlp,                   //
  update,                // parameters and moments, of a training step
  exchange,              // bytes sent to other ranks
};
inline constexpr int kParts = 12;
inline constexpr std::array<std::string_view, kParts> kPartNames = {
    "input_projection",
    "position_encoding",
    "layer_norm",
    "query_projection",
    "key_value_projection",
    "scores",
    "softmax",
    "weighted_sum",
    "output_projection",
    "mlp",
    "update",
    "exchange"};

struct Work {
  std::uint64_t macs = 0;
  std::uint64_t logits = 0;
  std::uint64_t bytes_moved = 0;  // each operand read or written once
  double seconds = 0;             // measured, never declared

  std::uint64_t flops() const { return 2 * macs + 3 * logits; }
  Work& operator+=(const Work& other);
  // Compares what is counted; seconds are not.
  bool operator==(const Work& other) const;
};
Work operator+(Work a, const Work& b);
Work operator-(Work a, const Work& b);  // of what is counted
Work operator*(std::uint64_t times, Work work);

struct Cost {
  std::array<Work, kParts> parts;
  std::uint64_t bytes_held = 0;  // parameters, inputs, outputs and buffers
  std::uint64_t parameters = 0;

  Work& operator[](Part part) { return parts[static_cast<int>(part)]; }
  const Work& operator[](Part part) const {
    return parts[static_cast<int>(part)];
  }
  Work total() const;
  Cost& operator+=(const Cost& other);
};
Cost operator+(Cost a, const Cost& b);
Cost operator-(Cost a, const Cost& b);  // of what the parts count
Cost operator*(std::uint64_t times, Cost cost);

class Ledger;

// Books one call under one part. Made by Ledger::operator[] as the argument of
// a call, it lives as long as the call does: that is the call's time.
class Meter {
 public:
  Meter(Ledger& ledger, Part part);
  ~Meter();
  Meter(const Meter&) = delete;
  Meter& operator=(const Meter&) = delete;

  // Books the work, and answers whether it is to be done. So a primitive sizes
  // its outputs, then says: if (!meter.add({…})) return;
  [[nodiscard]] bool add(const Work& work) const;

 private:
  Ledger& ledger_;
  Part part_;
  std::chrono::steady_clock::time_point start_;
};

// Counts the work that primitives really do, as they do it.
//
// One that only counts has them do none: outputs and buffers get their sizes and
// the same work is booked, but no value is read or written, so that memory for
// them is never touched. A model too large to run is counted in milliseconds.
class Ledger {
 public:
  enum class Mode { compute, count_only };

  explicit Ledger(Mode mode = Mode::compute) : mode_(mode) {}

  // Is work to be done? What books with a Meter is told by it.
  bool computes() const { return mode_ == Mode::compute; }

  Meter operator[](Part part) { return Meter(*this, part); }

  void add(Part part, const Work& work) { counted_[part] += work; }
  const Cost& counted() const { return counted_; }
  void clear() { counted_ = Cost(); }

 private:
  Mode mode_;
  Cost counted_;
};

}  // namespace suite
