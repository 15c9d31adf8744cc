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

std::string standing_text(const LearningOutcome& outcome) {
  const std::string score =
      outcome.score.examples > 0
          ? fmt::format(", held-out accuracy {:.1f} % when it was looked at",
                        100 * outcome.score.accuracy)
          : "";
  return fmt::format("    seed {}: step {} of {}{}\n", outcome.seed,
                     outcome.at.step, outcome.learner->steps, score);
}

}  // namespace

std::string learning_summary(const LearningDefinition& definition,
                             const std::vector<LearningOutcome>& outcomes) {
  std::string text = definition.shows + "\n\n";
  for (const Learner& learner : definition.learners) {
    std::vector<double> accuracies, seconds, speeds;
    std::size_t failed = 0;
    std::string on_the_way;
    for (const LearningOutcome& each : outcomes) {
      if (each.learner != &learner) continue;
      if (!each.ended) on_the_way += standing_text(each);
      failed += each.failed;
      if (each.failed || !each.ended) continue;
      accuracies.push_back(each.score.accuracy);
      seconds.push_back(each.at.seconds);
      speeds.push_back(
          static_cast<double>(each.at.step * learner.plan.batch) /
          each.at.seconds);
    }
    if (accuracies.empty() && failed == 0 && on_the_way.empty()) continue;
    text += learner.id() + "\n";
    std::string ends;
    if (!accuracies.empty()) {
      ends = fmt::format(
          "test accuracy {}, {:.1f} s of training, {:.0f} examples/s",
          accuracy_text(accuracies), median(seconds), median(speeds));
    }
    if (failed > 0) {
      ends += fmt::format("{}{} failed", ends.empty() ? "" : "; ", failed);
    }
    if (!ends.empty()) text += "    " + ends + "\n";
    text += on_the_way;
  }
  return text;
}

}  // namespace suite
