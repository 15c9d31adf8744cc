// Do latents look at different inputs? Measured on where each of them looks: on
// its attention over the inputs, which sums to 1.
#pragma once

#include <cstddef>
#include <vector>

#include "primitives/tensor.h"

namespace suite {

// Means over examples and heads, in nats. None of them is zero of a model that
// was just drawn: compare with that.
struct Specialisation {
  // I = H(mean over latents of p_m) − mean H(p_m): the mutual information of
  // which latent looks and what it looks at (the generalised Jensen–Shannon
  // divergence of the maps), from 0 to log M.
  double information = 0;
  double distinct = 0;  // e^I: so many latents, were they wholly apart
  double entropy = 0;   // mean H(p_m)/log N: 1 looks everywhere, 0 at one input
  // What sharpens a latent's look, log N − mean H(p_m), falls into what is the
  // same for all examples, log N − H(mean over examples of p_m), and the rest.
  double position = 0;
  double content = 0;
};

// Gathers maps, a batch at a time.
class AttentionMaps {
 public:
  // weights[batch, heads, M, N]: rows that sum to 1, or to 0 where all inputs
  // are hidden, which are left out. Throws Error for other extents than before.
  void add(const Tensor<float, 4>& weights);

  // Throws Error unless there are maps, and N > 1.
  Specialisation specialisation() const;

  // mean[M, N] over examples and heads: where each latent looks.
  Tensor<float, 2> mean() const;

 private:
  std::size_t heads_ = 0, latents_ = 0, inputs_ = 0;
  std::size_t examples_ = 0;       // batch times heads
  double information_ = 0;         // sums
  double entropy_ = 0;
  std::vector<double> sum_;        // [heads, M, N]
  std::vector<double> counted_;    // [heads, M]
};

}  // namespace suite
