// What a run says about a claim.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/claims/answer.h"
#include "analysis/claims/claim.h"
#include "analysis/runs/run.h"
#include "analysis/statistics/resampling.h"
#include "experiments/definition/definition.h"

namespace suite {

struct VerdictPoint {
  double x = 0;
  Interval y;  // 95 %
  std::optional<double> fit;
};

struct Verdict {
  const Claim* claim = nullptr;
  std::string experiment;
  int threads = 0;  // of a run that has several counts of them; else 0
  int ranks = 0;    // of the run; 0: of the plain program, or of any number
  Answer answer = Answer::inconclusive;
  std::optional<Interval> interval;  // 95 %, none if nothing could be estimated
  std::string reason;
  // Of what was estimated and is inconclusive: which interval was judged, by
  // what, and what would settle it.
  std::string undecided;
  std::vector<VerdictPoint> points;

  // Is it what arithmetic says? An inconclusive one is neither.
  bool surprises() const {
    return answer != Answer::inconclusive &&
           name_of(answer) != claim->expected;
  }
};

// Judges by the run's numbers, or by the definition's counts for a claim that
// counts: those are exact. Never throws for what the numbers are: what cannot be
// judged is inconclusive, with the reason.
Verdict judge(const Claim& claim, const Run& run, const Definition& definition);

}  // namespace suite
