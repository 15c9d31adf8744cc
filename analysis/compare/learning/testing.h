// Learning runs made by hand.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "analysis/learning/learning_run.h"

namespace suite {

// Looks at steps 0, 100 and 200: accuracy 0.1, then halfway, then `accuracy`,
// which the test finds too; a step takes `seconds`.
inline Curve made_curve(const std::string& learner, std::uint64_t seed,
                        double accuracy = 0.9, double loss = 0.3,
                        double seconds = 0.01) {
  Curve curve{.experiment = "digits",
              .run_id = "run",
              .learner = learner,
              .seed = seed,
              .threads = 2,
              .parameters = 77};
  for (const std::uint64_t step : {0, 100, 200}) {
    const auto steps = static_cast<double>(step);
    const double share = steps / 200;
    curve.held_out.push_back({.step = step,
                              .seconds = steps * seconds,
                              .macs = steps * 1000,
                              .loss = 2.3 + share * (loss - 2.3),
                              .accuracy = 0.1 + share * (accuracy - 0.1)});
    if (step > 0) curve.held_out.back().train_loss = loss * (2 - share);
  }
  curve.train = curve.test = curve.held_out.back();
  return curve;
}

inline LearningRun made_learning_run(const std::string& id,
                                     std::vector<Curve> curves) {
  return {"folder_" + id,   "digits", id, "definition", "made, 2 cores", 2,
          std::move(curves)};
}

// A learner with seeds 1, 2, 3, … of these accuracies.
inline std::vector<Curve> made_curves(const std::string& learner,
                                      const std::vector<double>& accuracies) {
  std::vector<Curve> curves;
  for (const double accuracy : accuracies) {
    curves.push_back(made_curve(learner, curves.size() + 1, accuracy));
  }
  return curves;
}

}  // namespace suite
