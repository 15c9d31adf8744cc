#include "contract/conformance/training_trial.h"

#include <algorithm>
#include <cmath>

#include "primitives/random.h"

namespace suite {

TrainingTrial::TrainingTrial(const Contestant& contestant, const Shape& shape,
                             const Options& options, Keep keep)
    : Trial(contestant, shape, options),
      trace(encoder->trace(keep)),
      gradient(encoder->copy()) {
  Random random(11);
  encoder->for_each_parameter([&](const Parameter<double>& p) {
    for (double& value : p.values) value += 0.1 * random.normal();
    if (!is_learned(p)) drawn.insert(p.name);
  });
  weights = run();
  for (double& value : weights) value = random.normal();
  d_input = input;
  clear();
}

void TrainingTrial::clear() {
  gradient->for_each_parameter([](const Parameter<double>& p) {
    std::fill(p.values.begin(), p.values.end(), 0.0);
  });
  std::fill(d_input.begin(), d_input.end(), 0.0);
}

double TrainingTrial::loss() {
  const Values& output = encoder->forward(input, mask, *workspace, ledger);
  double sum = 0;
  for (std::size_t i = 0; i < output.size(); ++i) {
    sum += weights.data()[i] * output.data()[i];
  }
  return sum;
}

void TrainingTrial::differentiate(const Values& d_output, bool inputs) {
  encoder->forward(input, mask, *workspace, *trace, ledger);
  encoder->backward(input, mask, d_output, *workspace, *trace, *gradient,
                    inputs ? &d_input : nullptr, ledger);
}

Gradients TrainingTrial::all() {
  Gradients found;
  gradient->for_each_parameter([&](const Parameter<double>& p) {
    found[p.name].assign(p.values.begin(), p.values.end());
  });
  found["input"].assign(d_input.begin(), d_input.end());
  return found;
}

std::map<std::string, std::span<double>> TrainingTrial::places() {
  std::map<std::string, std::span<double>> found;
  encoder->for_each_parameter(
      [&](const Parameter<double>& p) { found[p.name] = p.values; });
  found["input"] = {input.data(), input.size()};
  return found;
}

Slope slope_along(TrainingTrial& training, std::span<double> values,
                  const Direction& direction, double longest) {
  const std::vector<double> before(values.begin(), values.end());
  const Slope slope = slope_at_zero(
      [&](double step) {
        for (std::size_t i = 0; i < values.size(); ++i) {
          values[i] = before[i] + step * direction[i];
        }
        return training.loss();
      },
      longest);
  std::copy(before.begin(), before.end(), values.begin());
  return slope;
}

double dot(const Direction& a, const Direction& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}
double norm(const Direction& a) { return std::sqrt(dot(a, a)); }

}  // namespace suite
