// A contestant set up to be differentiated, and what differences say of it: of
// the loss Σ weights∘output, which touches every output.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "contract/conformance/trial.h"
#include "contract/slope.h"

namespace suite {

using Direction = std::vector<double>;
// Of each parameter by its name, and of "input".
using Gradients = std::map<std::string, Direction>;

struct TrainingTrial : Trial {
  // Parameters are moved off their initial values: zeros and ones hide what
  // multiplies them.
  TrainingTrial(const Contestant& contestant, const Shape& shape,
                const Options& options, Keep keep = Keep::activations);

  void clear();  // the gradient
  double loss();

  // Adds to the gradient.
  void differentiate(const Values& d_output, bool inputs = true);
  void differentiate() { differentiate(weights); }
  Gradients all();

  // What may be moved, under the names of all().
  std::map<std::string, std::span<double>> places();
  std::set<std::string> drawn;  // those of them that are not learned

  std::unique_ptr<Trace> trace;
  std::unique_ptr<Encoder<double>> gradient;
  Values weights;  // of the outputs in the loss
  Values d_input;
};

// Of the loss along a direction of some values; steps are at most the longest.
Slope slope_along(TrainingTrial& training, std::span<double> values,
                  const Direction& direction, double longest = 2e-4);

double dot(const Direction& a, const Direction& b);
double norm(const Direction& a);

}  // namespace suite
