#include "pretrained/run/forwards.h"

#include <algorithm>

#include "primitives/threads.h"

namespace suite {
namespace {

Forwards timed(const IoModel<float>& model, const IoInput<float>& input,
               std::size_t repetitions, bool warm_up,
               IoModel<float>::Workspace& workspace) {
  using Clock = std::chrono::steady_clock;
  Forwards forwards{.threads = threads(), .repetitions = repetitions};
  if (warm_up) {
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

}  // namespace

std::vector<Forwards> run_forwards(const IoModel<float>& model,
                                   const IoInput<float>& input,
                                   std::size_t repetitions,
                                   const std::vector<int>& thread_counts,
                                   IoModel<float>::Workspace& workspace) {
  const bool warm_up = repetitions > 1 || thread_counts.size() > 1;
  std::vector<Forwards> all;
  for (const int count : thread_counts) {
    set_threads(count);
    all.push_back(timed(model, input, repetitions, warm_up, workspace));
  }
  return all;
}

}  // namespace suite
