// Check, then count, then time: what a cell goes through, in this order.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "experiments/measurement/crew.h"
#include "experiments/measurement/live_cell.h"

namespace suite {

// Repetitions, budgets and rows are its user's. `cell` outlives it.
class CellUnderTest {
 public:
  // Throws Error for a refused shape. The crew, which does the work, outlives
  // it.
  CellUnderTest(const Cell& cell, std::uint64_t seed, Crew& crew = alone());

  const Cell& cell() const { return *cell_; }
  const Cost& declared() const { return declared_; }

  // Throws Error unless the contestant agrees with the oracle on a small
  // version of the cell, or its gradient with differences. Each contestant and
  // small shape is checked once a process.
  void check();

  // Into memory, unless it is there; and out of it, to be built again.
  void build();
  void release() { live_.reset(); }
  LiveCell* live() const { return live_.get(); }  // null: not in memory

  // The forward that allocates what later ones reuse. Throws Error unless it was
  // finite and cost what was declared, part by part.
  void count();

  // Known once it is counted: the seconds of that forward, and how many forwards
  // make a repetition.
  double forward_seconds() const { return forward_seconds_; }
  std::int64_t iterations() const { return iterations_; }
  // Of a repetition, and of the forward that goes before it.
  double repetition_seconds() const;
  double warm_up_seconds() const;

  // Before a repetition: a forward if it is fast, or not the one that was built
  // when it was counted.
  void warm_up();

  // One repetition: forwards while `keep_running` says so. `report` is told the
  // seconds of each. Throws Error as count() does, or if a forward gave other
  // bits than the one before.
  Measurement time(const std::function<bool()>& keep_running,
                   const std::function<void(double)>& report);
  Measurement time(std::int64_t forwards);

 private:
  enum class Stage { declared, checked, counted };

  bool is_fast() const;
  // What every forward must be, that of count() and those of time().
  void accept(const Measurement& measured);

  const Cell* cell_;
  std::uint64_t seed_;
  Crew* crew_;
  Cost declared_;
  Stage stage_ = Stage::declared;
  std::unique_ptr<LiveCell> live_;
  bool is_new_ = false;  // in memory, and has run no forward
  double forward_seconds_ = 0;
  std::int64_t iterations_ = 1;
  std::optional<std::uint64_t> output_hash_;
};

}  // namespace suite
