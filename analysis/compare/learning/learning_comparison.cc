#include "analysis/compare/learning/learning_comparison.h"

#include <fmt/format.h>

#include <algorithm>

namespace suite {
namespace {

constexpr std::size_t kShownOfAHash = 8;

std::string definition_remark(const LearningRun& a, const LearningRun& b) {
  if (a.definition_sha256 == b.definition_sha256) return "";
  const auto shown = [](const LearningRun& run) {
    return fmt::format("{} {}", run.experiment,
                       run.definition_sha256.substr(0, kShownOfAHash));
  };
  return fmt::format(
      "two definitions (A: {}; B: {}): what differs may be what was asked for",
      shown(a), shown(b));
}

std::string pace_remark(const LearningPair& pair) {
  const LearningRun &a = *pair.a, &b = *pair.b;
  if (a.machine != b.machine) {
    return fmt::format(
        "two machines (A: {}; B: {}): what is compared is what was learned, "
        "not how fast",
        a.machine, b.machine);
  }
  if (pair.same_pace()) return "";
  return fmt::format(
      "threads: A has {}, B has {}: what is compared is what was learned, not "
      "how fast",
      a.threads, b.threads);
}

}  // namespace

LearningComparison::LearningComparison(LearningPair pair, const Bounds& bounds)
    : pair_(std::move(pair)) {
  for (const LearnerPair& learner : pair_.learners) {
    learners_.push_back(changes_of(learner, pair_.same_pace(), bounds));
  }
}

std::size_t LearningComparison::count(Change change) const {
  std::size_t count = 0;
  for (const LearnerChanges& learner : learners_) {
    for (const LearnerChange& each : learner.changes) {
      count += each.word == change;
    }
  }
  return count;
}

bool is_worse(const LearningComparison& comparison) {
  return std::any_of(std::begin(kChanges), std::end(kChanges),
                     [&](Change change) {
                       return is_worse(change) && comparison.count(change) > 0;
                     });
}

std::vector<std::string> remarks(const LearningComparison& comparison) {
  const LearningPair& pair = comparison.pair();
  std::vector<std::string> lines = {
      pair.a->run_id == pair.b->run_id ? "A and B are the same run" : "",
      definition_remark(*pair.a, *pair.b), pace_remark(pair)};
  std::erase(lines, "");
  return lines;
}

}  // namespace suite
