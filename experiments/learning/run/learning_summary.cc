#include "experiments/learning/run/learning_summary.h"

#include <algorithm>

#include "support/median.h"

namespace suite {
namespace {

std::string accuracy_text(const std::vector<double>& accuracies) {
  const std::string middle =
      fmt::format("{:.1f} %", 100 * median(accuracies));
  if (accuracies.size() < 2) return middle;
  const auto [least, most] =
      std::minmax_element(accuracies.begin(), accuracies.end());
  return fmt::format("{} ({:.1f} to {:.1f} over {} seeds)", middle,
                     100 * *least, 100 * *most, accuracies.size());
}

}  // namespace

std::string learning_summary(const LearningDefinition& definition,
                             const std::vector<LearningOutcome>& outcomes) {
  std::string text = definition.shows + "\n\n";
  for (const Learner& learner : definition.learners) {
    std::vector<double> accuracies, seconds, speeds;
    std::size_t failed = 0;
    for (const LearningOutcome& each : outcomes) {
      if (each.learner != &learner) continue;
      failed += each.failed;
      if (each.failed) continue;
      accuracies.push_back(each.test.accuracy);
      seconds.push_back(each.at.seconds);
      speeds.push_back(
          static_cast<double>(each.at.step * learner.plan.batch) /
          each.at.seconds);
    }
    if (accuracies.empty() && failed == 0) continue;
    text += learner.id() + "\n    ";
    if (!accuracies.empty()) {
      text += fmt::format(
          "test accuracy {}, {:.1f} s of training, {:.0f} examples/s",
          accuracy_text(accuracies), median(seconds), median(speeds));
    }
    if (failed > 0) {
      text += fmt::format("{}{} failed", accuracies.empty() ? "" : "; ",
                          failed);
    }
    text += "\n";
  }
  return text;
}

}  // namespace suite
