#include "analysis/compare/learning/learner_change.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/compare/contrast.h"
#include "analysis/learning/student_interval.h"

namespace suite {
namespace {

bool came_to_its_test(const Curve& curve) {
  return curve.test && curve.failure.empty();
}

double best_accuracy(const Curve& curve) {
  double best = 0;
  for (const CurvePoint& look : curve.held_out) {
    best = std::max(best, look.accuracy);
  }
  return best;
}

// The largest whole per cent that all have come to.
double common_accuracy(const LearnerPair& learner) {
  double least = 1;
  for (const CurvePair& pair : learner.seeds) {
    if (!came_to_its_test(*pair.a) || !came_to_its_test(*pair.b)) continue;
    least = std::min({least, best_accuracy(*pair.a), best_accuracy(*pair.b)});
  }
  double percent = std::round(100 * least);
  if (percent / 100 > least) --percent;
  return percent / 100;
}

// Not a number for what there is not.
double value_of(const Curve& curve, Measure measure, double reach) {
  if (!came_to_its_test(curve)) return std::nan("");
  switch (measure) {
    case Measure::accuracy:
      return curve.test->accuracy;
    case Measure::loss:
      return curve.test->loss;
    case Measure::seconds_a_step:
      return curve.test->seconds / static_cast<double>(curve.test->step);
    case Measure::seconds_to:
      return curve.seconds_to(reach).value_or(std::nan(""));
  }
  return std::nan("");
}

double mean_of(const std::vector<double>& values) {
  return student_interval(values).estimate;
}

// What a changed model shows in its counts, as "parameters 7 → 9".
std::string count_difference(const CurvePair& pair) {
  const Curve &a = *pair.a, &b = *pair.b;
  if (a.parameters != b.parameters) {
    return fmt::format("parameters {} → {}", a.parameters, b.parameters);
  }
  const std::size_t both = std::min(a.held_out.size(), b.held_out.size());
  for (std::size_t look = 0; look < both; ++look) {
    const CurvePoint &of_a = a.held_out[look], &of_b = b.held_out[look];
    if (of_a.step != of_b.step || of_a.macs == of_b.macs) continue;
    const auto steps = static_cast<double>(of_a.step);
    return fmt::format("MACs a step {:.10g} → {:.10g}", of_a.macs / steps,
                       of_b.macs / steps);
  }
  return "";
}

std::string count_difference(const LearnerPair& learner) {
  for (const CurvePair& pair : learner.seeds) {
    std::string difference = count_difference(pair);
    if (!difference.empty()) return difference;
  }
  return "";
}

// A seed that failed in B alone.
std::string new_failure(const LearnerPair& learner) {
  for (const CurvePair& pair : learner.seeds) {
    if (pair.b->failure.empty() || !pair.a->failure.empty()) continue;
    return fmt::format("seed {} failed in B: {}", pair.b->seed,
                       pair.b->failure);
  }
  return "";
}

// One measure of one learner, over its seeds.
class Comparer {
 public:
  Comparer(const LearnerChanges& of, Measure measure, const Bounds& bounds)
      : of_(of), measure_(measure), bounds_(bounds) {}

  LearnerChange change() {
    for (std::size_t i = 0; i < seeds().size(); ++i) take(i);
    const auto shown = [&](double x) {
      return is_time(measure_) ? std::exp(x) : x;
    };
    Interval interval = student_interval(differences_);
    // The same twice is no estimate.
    if (differences_.size() == 1 && nothing_changed_) {
      interval = {0, 0, 0};
    }
    LearnerChange change{measure_, shown(mean_of(a_)), shown(mean_of(b_)),
                         is_time(measure_) ? exponential(interval) : interval};
    judge(change);
    return change;
  }

 private:
  const std::vector<CurvePair>& seeds() const { return of_.learner->seeds; }

  void take(std::size_t seed) {
    const double a = value_of(*seeds()[seed].a, measure_, of_.reach);
    const double b = value_of(*seeds()[seed].b, measure_, of_.reach);
    const double x = is_time(measure_) ? std::log(a) : a;
    const double y = is_time(measure_) ? std::log(b) : b;
    // Also of a time that is 0: it came so far before it took a step.
    if (!std::isfinite(y - x)) return;
    a_.push_back(x);
    b_.push_back(y);
    differences_.push_back(y - x);
    nothing_changed_ = nothing_changed_ && x == y && of_.likeness[seed].whole;
  }

  void judge(LearnerChange& change) const {
    const std::string counts = count_difference(*of_.learner);
    const std::string failure = new_failure(*of_.learner);
    if (is_time(measure_) && !counts.empty()) {
      change.word = Change::different;
      change.why = counts;
    } else if (measure_ == Measure::accuracy && !failure.empty()) {
      change.word = Change::different;
      change.why = failure;
    } else if (differences_.empty()) {
      change.why = measure_ == Measure::seconds_to
                       ? "no seed took steps to come so far in both"
                       : "no seed came to its test in both";
    } else {
      change.word = word_of(change.change);
      change.why = seeds_text();
    }
  }

  Change word_of(const Interval& change) const {
    switch (measure_) {
      case Measure::accuracy:
        return change_of_goodness(change, bounds_.accuracy);
      case Measure::loss:
        return change_of_goodness({-change.estimate, -change.high, -change.low},
                                  bounds_.loss);
      default:
        return change_of(change, bounds_.times);
    }
  }

  std::string seeds_text() const {
    const std::size_t compared = differences_.size();
    if (compared < seeds().size()) {
      return fmt::format("{} of {} seeds", compared, seeds().size());
    }
    return compared == 1 && !nothing_changed_ ? "a single seed" : "";
  }

  const LearnerChanges& of_;
  Measure measure_;
  const Bounds& bounds_;
  std::vector<double> a_, b_, differences_;  // of times, logarithms
  bool nothing_changed_ = true;
};

}  // namespace

bool is_time(Measure measure) {
  return measure == Measure::seconds_a_step || measure == Measure::seconds_to;
}

std::size_t LearnerChanges::same_curves() const {
  return static_cast<std::size_t>(
      std::count_if(likeness.begin(), likeness.end(),
                    [](const Likeness& each) { return each.whole; }));
}

LearnerChanges changes_of(const LearnerPair& learner, bool same_pace,
                          const Bounds& bounds) {
  LearnerChanges all{&learner, {}, bounds.reach.value_or(0), {}};
  if (learner.seeds.empty()) return all;
  for (const CurvePair& pair : learner.seeds) {
    all.likeness.push_back(likeness_of(pair));
  }
  if (!bounds.reach) all.reach = common_accuracy(learner);
  for (const Measure measure : {Measure::accuracy, Measure::loss,
                                Measure::seconds_a_step, Measure::seconds_to}) {
    LearnerChange change = Comparer(all, measure, bounds).change();
    if (same_pace || !is_time(measure) || change.word == Change::different) {
      all.changes.push_back(std::move(change));
    }
  }
  return all;
}

}  // namespace suite
