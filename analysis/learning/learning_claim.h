// A claim about what learns, as data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/claims/answer.h"
#include "analysis/learning/curves.h"

namespace suite {

enum class LearningKind {
  reaches,  // the learner's quantity is at least `least`, for `seeds` seeds
  differs,  // it is more than the other's by at least `least`, paired by seed
  same,     // the two differ by at most `tolerance`
  grows,    // the learner's own quantity is more, by at least `least`, when it has
            // learned than before
};

enum class LearningQuantity {
  accuracy,    // on test examples
  loss,        // on test examples
  gap,         // accuracy on examples learned from, less that on test examples
  speed,       // 1/seconds of training until `accuracy` on held-out examples
  information,  // of latents and what they look at, in nats; grows with distinct
                // latents, and is not 0 before training
};

struct LearningClaim {
  std::string id, statement, source, experiment;
  LearningKind kind = LearningKind::reaches;
  LearningQuantity quantity = LearningQuantity::accuracy;
  std::string learner;  // regular expressions that find one learner's id
  std::string than;     // of the other, for `differs` and `same`
  double least = 0;
  double tolerance = 0;
  double accuracy = 0;          // of `speed`
  std::size_t seeds = 1;        // so many at least
  double within_seconds = 0;    // of training, for `reaches`; 0: no matter
  std::string expected = "SUPPORTED";
  std::string note;
};

// Throws Error with file:line:column for an unknown key, a wrong type, a value
// that is not allowed, a key that its kind needs or doesn't take, and an id that
// comes twice.
std::vector<LearningClaim> read_learning_claims(const std::string& path);

struct LearningVerdict {
  const LearningClaim* claim = nullptr;
  Answer answer = Answer::inconclusive;
  std::string reason;

  bool surprises() const {
    return answer != Answer::inconclusive &&
           name_of(answer) != claim->expected;
  }
};

// Never throws for what the curves are: what can't be judged is inconclusive,
// with the reason. A difference is the mean over seeds that both have, with
// Student's 95 % interval: supported where the interval is beyond the bound,
// refuted where it is on the other side, else inconclusive.
LearningVerdict judge(const LearningClaim& claim,
                      const std::vector<Curve>& curves);

}  // namespace suite
