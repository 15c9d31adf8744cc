#include "experiments/run/budget.h"

#include <fmt/core.h>

#include <algorithm>

#include "experiments/machine/machine.h"

namespace suite {

Budget::Budget(const Definition& definition, const Progress& clock)
    : definition_(definition),
      clock_(clock),
      memory_(definition.budget_memory > 0 ? definition.budget_memory
                                           : available_memory() / 5 * 4) {}

std::string Budget::excess(const Cost& declared, double forward_seconds,
                           std::size_t repetitions) const {
  if (declared.bytes_held > memory_) {
    return fmt::format("predicted {} bytes exceed the memory budget of {}",
                       declared.bytes_held, memory_);
  }
  const double limit = definition_.repetition_seconds;
  if (limit > 0 && forward_seconds > limit) {
    return fmt::format("predicted {:.3g} s a repetition exceed the limit of "
                       "{:.3g} s",
                       forward_seconds, limit);
  }
  const double left = seconds() - clock_.elapsed() - planned_;
  // Once more for the warm-up.
  const double all = forward_seconds * static_cast<double>(1 + repetitions);
  if (all > left) {
    return fmt::format("predicted {:.3g} s exceed the {:.3g} s left of the "
                       "budget of {:.3g} s",
                       all, std::max(0.0, left), seconds());
  }
  return "";
}

bool Budget::allows(double more) const {
  return clock_.elapsed() + planned_ + more <= seconds();
}

bool Budget::used_up() const { return clock_.elapsed() > 1.25 * seconds(); }

}  // namespace suite
