#include "analysis/compare/learning/learner_pair.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "support/check.h"

namespace suite {
namespace {

using BySeed = std::map<std::uint64_t, const Curve*>;

struct Learners {
  std::vector<std::string> order;
  std::map<std::string, BySeed> curves;
};

Learners learners_of(const LearningRun& run) {
  Learners learners;
  for (const Curve& curve : run.curves) {
    BySeed& seeds = learners.curves[curve.learner];
    if (seeds.empty()) learners.order.push_back(curve.learner);
    seeds[curve.seed] = &curve;
  }
  return learners;
}

LearnerPair paired(const std::string& learner, const BySeed& a,
                   const BySeed& b) {
  LearnerPair pair{learner, {}, {}, {}};
  for (const auto& [seed, curve] : a) {
    const auto found = b.find(seed);
    if (found == b.end()) {
      pair.only_a.push_back(seed);
    } else {
      pair.seeds.push_back({curve, found->second});
    }
  }
  for (const auto& [seed, curve] : b) {
    if (a.count(seed) == 0) pair.only_b.push_back(seed);
  }
  return pair;
}

}  // namespace

LearningPair pair_learners(const LearningRun& a, const LearningRun& b) {
  LearningPair pair{&a, &b, {}, {}, {}};
  const Learners of_a = learners_of(a), of_b = learners_of(b);
  for (const std::string& learner : of_a.order) {
    const auto found = of_b.curves.find(learner);
    if (found == of_b.curves.end()) {
      pair.only_a.push_back(learner);
    } else {
      pair.learners.push_back(
          paired(learner, of_a.curves.at(learner), found->second));
    }
  }
  for (const std::string& learner : of_b.order) {
    if (of_a.curves.count(learner) == 0) pair.only_b.push_back(learner);
  }
  require(!pair.learners.empty(), "no learner in common: {} has {}, {} has {}",
          a.folder, fmt::join(of_a.order, ", "), b.folder,
          fmt::join(of_b.order, ", "));
  const LearnerPair& first = pair.learners.front();
  require(std::any_of(pair.learners.begin(), pair.learners.end(),
                      [](const auto& each) { return !each.seeds.empty(); }),
          "no seed in common: of {} {} has {}, {} has {}", first.learner,
          a.folder, fmt::join(first.only_a, ", "), b.folder,
          fmt::join(first.only_b, ", "));
  return pair;
}

}  // namespace suite
