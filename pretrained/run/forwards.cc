#include "pretrained/run/forwards.h"

#include <algorithm>
#include <vector>

namespace suite {

Forwards run_forwards(const IoModel<float>& model, const IoInput<float>& input,
                      std::size_t repetitions,
                      IoModel<float>::Workspace& workspace) {
  using Clock = std::chrono::steady_clock;
  Forwards forwards{.repetitions = repetitions};
  if (repetitions > 1) {
    Ledger ledger;
    model.forward(input, workspace, ledger);
  }
  struct Timed {
    double seconds;
    Cost cost;
  };
  std::vector<Timed> all;
  for (std::size_t i = 0; i < repetitions; ++i) {
    Ledger ledger;
    const Clock::time_point start = Clock::now();
    forwards.outputs = &model.forward(input, workspace, ledger);
    const std::chrono::duration<double> took = Clock::now() - start;
    all.push_back({took.count(), ledger.counted()});
  }
  const auto middle =
      all.begin() + static_cast<std::ptrdiff_t>((repetitions - 1) / 2);
  std::nth_element(
      all.begin(), middle, all.end(),
      [](const Timed& a, const Timed& b) { return a.seconds < b.seconds; });
  forwards.seconds = middle->seconds;
  forwards.cost = middle->cost;
  return forwards;
}

}  // namespace suite
