// Which optimiser, and with which settings.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "primitives/cost.h"

namespace suite {

struct Recipe {
  enum class Rule {
    // u = g + λp, then with momentum the running sum of μ^age·u. Weight decay
    // is
    // part of the gradient, as PyTorch has it.
    sgd,
    // u = m̂/(√v̂ + ε) (Kingma and Ba 2015, Algorithm 1), and p shrinks by
    // rate·λ beside it (Loshchilov and Hutter 2019, Algorithm 2).
    adamw,
    // u = r·w with w = m̂/(√v̂ + ε) + λp and r = ‖p‖/‖w‖ of each tensor, not
    // clipped, 1 where either norm is 0 (You et al. 2020, Algorithm 2, as
    // DeepMind's Perceiver code has it).
    lamb,
  };

  Rule rule = Rule::adamw;
  double momentum = 0;   // μ, of sgd alone; 0 keeps no state
  double beta1 = 0.9;    // of m, the mean gradient
  double beta2 = 0.999;  // of v, the mean squared gradient
  double epsilon = 1e-8;
  double weight_decay = 0;  // λ, of the parameters that decay

  // Moments that are kept for each parameter.
  int moments() const;

  // What an update of `parameters` values of `scalar_bytes` each moves: values
  // of parameters, gradients and moments, once a pass. AdamW moves 7 values a
  // parameter, SGD 3 and with momentum 5, LAMB 10 in its two passes.
  Work update_work(std::size_t parameters, std::size_t scalar_bytes) const;

  // As parse_recipe reads it.
  std::string text() const;

  bool operator==(const Recipe&) const = default;
};

// sgd(momentum=0, weight_decay=0),
// adamw(beta1=0.9, beta2=0.999, epsilon=1e-8, weight_decay=0.01), PyTorch's, or
// lamb(beta1=0.9, beta2=0.999, epsilon=1e-6, weight_decay=0.1), Perceiver IO's
// (A.1, DeepMind's code): what is left out is as here. Throws Error for what is
// not of these forms, naming what is known and allowed.
Recipe parse_recipe(std::string_view text);

}  // namespace suite
