#include <fmt/ranges.h>

#include <cmath>
#include <map>

#include "analysis/compare/contrast.h"
#include "analysis/compare/learning/learning_comparison.h"
#include "analysis/tables/quantity.h"
#include "analysis/tables/table.h"

namespace suite {
namespace {

constexpr int kDigits = 4;

std::string plural(std::size_t count, const char* what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

std::string heading(const LearningPair& pair) {
  const LearningRun &a = *pair.a, &b = *pair.b;
  std::string text = fmt::format("{}: A is run {}, B is run {}", a.experiment,
                                 a.run_id, b.run_id);
  if (pair.same_pace()) {
    text += fmt::format(", both on {}, {}", a.machine,
                        plural(static_cast<std::size_t>(a.threads), "thread"));
  }
  return text + "\n";
}

std::string measure_text(Measure measure, double reach) {
  switch (measure) {
    case Measure::accuracy:
      return "test accuracy, %";
    case Measure::loss:
      return "test loss, nats";
    case Measure::seconds_a_step:
      return "time a step";
    case Measure::seconds_to:
      return fmt::format("time to {:g} %", 100 * reach);
  }
  return "";
}

// Of what is compared by differences, with how many decimals; accuracies in per
// cent.
struct Scale {
  double factor;
  int decimals;
};
Scale scale_of(Measure measure) {
  return measure == Measure::accuracy ? Scale{100, 2} : Scale{1, 4};
}

std::string value_text(const LearnerChange& change, double value) {
  if (!std::isfinite(value)) return "-";
  if (is_time(change.measure)) return si(value, "s", kDigits);
  const Scale scale = scale_of(change.measure);
  return fmt::format("{:.{}f}", scale.factor * value, scale.decimals);
}

std::string signed_text(double value, const Scale& scale) {
  // Not "-0.00".
  const double shown = scale.factor * value;
  const double step = std::pow(10, -scale.decimals);
  return fmt::format("{:+.{}f}", std::abs(shown) < step / 2 ? 0.0 : shown,
                     scale.decimals);
}

std::string change_text(const LearnerChange& change) {
  const double estimate = change.change.estimate;
  if (!std::isfinite(estimate)) return "-";
  if (is_time(change.measure)) return "× " + digits_of(estimate, kDigits);
  return signed_text(estimate, scale_of(change.measure));
}

std::string interval_text(const LearnerChange& change) {
  if (!is_known(change.change)) return "unknown";
  if (is_time(change.measure)) return ends_of(change.change, kDigits);
  const Scale scale = scale_of(change.measure);
  return fmt::format("{} … {}", signed_text(change.change.low, scale),
                     signed_text(change.change.high, scale));
}

// "3 of 5 curves are the same to the bit; seeds 2, 4 part at step 100"
std::string likeness_text(const LearnerChanges& learner) {
  std::map<std::string, std::vector<std::uint64_t>> others;
  for (std::size_t i = 0; i < learner.likeness.size(); ++i) {
    if (learner.likeness[i].whole) continue;
    others[text_of(learner.likeness[i])].push_back(
        learner.learner->seeds[i].a->seed);
  }
  std::string text =
      fmt::format("{} of {} are the same to the bit", learner.same_curves(),
                  plural(learner.likeness.size(), "curve"));
  for (const auto& [what, seeds] : others) {
    text += fmt::format("; of seed{} {} they {}", seeds.size() == 1 ? "" : "s",
                        fmt::join(seeds, ", "), what);
  }
  return text + "\n";
}

std::string seeds_text(const LearnerPair& learner) {
  std::string text;
  for (const auto& [seeds, side] :
       {std::pair(learner.only_a, 'A'), {learner.only_b, 'B'}}) {
    if (seeds.empty()) continue;
    text += fmt::format("only in {}: seed{} {}\n", side,
                        seeds.size() == 1 ? "" : "s", fmt::join(seeds, ", "));
  }
  return text;
}

std::string learner_text(const LearnerChanges& learner) {
  const LearnerPair& pair = *learner.learner;
  std::string text = fmt::format("\n{}\n", pair.learner);
  if (pair.seeds.empty())
    return text + "no seed in common; " + seeds_text(pair);
  Table table;
  table.columns = {{"", Side::left},
                   {"A"},
                   {"B"},
                   {"change"},
                   {"95 % interval"},
                   {"class", Side::left},
                   {"", Side::left}};
  for (const LearnerChange& c : learner.changes) {
    table.rows.push_back({measure_text(c.measure, learner.reach),
                          value_text(c, c.a), value_text(c, c.b),
                          change_text(c), interval_text(c),
                          std::string(name_of(c.word)), c.why});
  }
  return text + likeness_text(learner) + seeds_text(pair) + plain(table);
}

std::string missing_text(const LearningPair& pair) {
  std::string text;
  for (const std::string& learner : pair.only_a) {
    text += fmt::format("only in A: {}\n", learner);
  }
  for (const std::string& learner : pair.only_b) {
    text += fmt::format("only in B: {}\n", learner);
  }
  return text.empty() ? "" : "\n" + text;
}

std::string counts_text(const LearningComparison& comparison) {
  std::size_t curves = 0, same = 0;
  for (const LearnerChanges& learner : comparison.learners()) {
    curves += learner.likeness.size();
    same += learner.same_curves();
  }
  std::string text = fmt::format(
      "\n{} in both", plural(comparison.pair().learners.size(), "learner"));
  for (const Change change : kChanges) {
    const std::size_t count = comparison.count(change);
    if (count > 0) text += fmt::format(", {} {}", count, name_of(change));
  }
  return text + fmt::format("; {} of {} are the same to the bit\n", same,
                            plural(curves, "curve"));
}

}  // namespace

std::string comparison_text(const LearningComparison& comparison) {
  std::string text = heading(comparison.pair());
  for (const std::string& line : remarks(comparison)) text += line + "\n";
  for (const LearnerChanges& learner : comparison.learners()) {
    text += learner_text(learner);
  }
  return text + missing_text(comparison.pair()) + counts_text(comparison);
}

}  // namespace suite
