#include <fmt/format.h>

#include "analysis/compare/comparison_line.h"
#include "analysis/compare/learning/learning_comparison.h"

namespace suite {
namespace {

std::string measure_name(Measure measure, double reach) {
  switch (measure) {
    case Measure::accuracy:
      return "accuracy";
    case Measure::loss:
      return "loss";
    case Measure::seconds_a_step:
      return "seconds_a_step";
    case Measure::seconds_to:
      return fmt::format("seconds_to_{:g}", reach);
  }
  return "";
}

std::vector<ComparisonLine> lines_of(const LearnerChanges& learner) {
  const LearnerPair& pair = *learner.learner;
  std::vector<ComparisonLine> lines;
  for (const LearnerChange& c : learner.changes) {
    lines.push_back({"learner", pair.learner, "",
                     measure_name(c.measure, learner.reach), "",
                     csv_number(c.a), csv_number(c.b), c.change,
                     std::string(name_of(c.word)), c.why});
  }
  for (std::size_t i = 0; i < pair.seeds.size(); ++i) {
    ComparisonLine line{"curve", pair.learner, "",
                        fmt::format("seed={}", pair.seeds[i].a->seed)};
    line.note = text_of(learner.likeness[i]);
    lines.push_back(std::move(line));
  }
  for (const std::uint64_t seed : pair.only_a) {
    lines.push_back(
        {"only_in_a", pair.learner, "", fmt::format("seed={}", seed)});
  }
  for (const std::uint64_t seed : pair.only_b) {
    lines.push_back(
        {"only_in_b", pair.learner, "", fmt::format("seed={}", seed)});
  }
  return lines;
}

}  // namespace

std::string comparison_csv(const LearningComparison& comparison) {
  const LearningPair& pair = comparison.pair();
  std::vector<ComparisonLine> lines;
  for (const std::string& remark : remarks(comparison)) {
    lines.push_back({"remark"});
    lines.back().note = remark;
  }
  for (const LearnerChanges& learner : comparison.learners()) {
    for (ComparisonLine& line : lines_of(learner)) {
      lines.push_back(std::move(line));
    }
  }
  for (const std::string& learner : pair.only_a) {
    lines.push_back({"only_in_a", learner});
  }
  for (const std::string& learner : pair.only_b) {
    lines.push_back({"only_in_b", learner});
  }
  std::string text(kComparisonHeader);
  for (const ComparisonLine& line : lines) {
    text += comparison_line(
        {pair.a->experiment, pair.a->run_id, pair.b->run_id}, line);
  }
  return text;
}

}  // namespace suite
