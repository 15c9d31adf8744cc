// What a run may take: bytes, and seconds.
#pragma once

#include <string>

#include "experiments/definition/definition.h"
#include "experiments/run/progress.h"

namespace suite {

// Seconds run from `clock`'s start; it and the definition outlive the budget.
class Budget {
 public:
  Budget(const Definition& definition, const Progress& clock);

  // Why a cell of that cost can't run, or nothing.
  std::string excess(const Cost& declared, double forward_seconds,
                     std::size_t repetitions) const;

  // Repetitions that are to be run, and those that were.
  void plan(double seconds) { planned_ += seconds; }
  void done(double seconds) { planned_ -= seconds; }
  double planned() const { return planned_; }

  // Beside what is planned?
  bool allows(double seconds) const;
  // Plans err: a quarter more is borne before what is planned is given up.
  bool used_up() const;

  double seconds() const { return definition_.budget_seconds; }
  std::uint64_t memory() const { return memory_; }

 private:
  const Definition& definition_;
  const Progress& clock_;
  std::uint64_t memory_;
  double planned_ = 0;
};

}  // namespace suite
