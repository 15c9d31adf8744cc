// Performer (Choromanski et al. 2021, §2.3 and §2.4): the exponential of q·k is
// estimated without bias by positive random features, e^(ω·q − |q|²/2) along
// orthogonal directions ω, so that Σ φ(k)vᵀ is summed once for all queries. All
// heads of a layer share its directions.
//
// Cost: 2·N·features·(2·D + H) MACs a layer, linear in N. The error falls like
// 1/√features where queries and keys are small; where they are not, its factor
// grows exponentially with their squares (Theorem 4).
#include <cmath>

#include "baselines/transformer/transformer.h"
#include "contract/registry.h"
#include "primitives/efficient_attention/kernel/kernel_attention.h"
#include "primitives/efficient_attention/kernel/kernel_backward.h"
#include "primitives/efficient_attention/kernel/kernel_formula.h"

namespace suite {
namespace {

KernelShape kernel_shape(const Shape& s, const Options& options) {
  const std::size_t features = options.number("features");
  require(features > 1,
          "features = {}: must be at least 2, for one alone cancels out of every "
          "mean",
          features);
  const std::size_t d = s.D / s.H;
  return {s.batch, s.N, s.H, features, d, options.flag("causal")};
}

template <class T>
class Performer {
 public:
  Performer(const Shape& shape, const Options& options)
      : shape_(kernel_shape(shape, options)) {
    directions_.resize({shape_.features, shape_.v_channels});
  }

  using Workspace = KernelAttention<T>;
  Workspace workspace() const { return {}; }

  void forward(const AttentionInputs<T>& inputs, Workspace& kernel,
               Tensor<T, 3>& output, Ledger& ledger, AttentionTrace<T>*) const {
    kernel.forward(shape_, PositiveFeatures<T>(directions_),
                   {inputs.queries, inputs.keys, inputs.values, inputs.mask},
                   output, ledger);
  }

  // From what forward was given and made: no trace is needed.
  using Backward = KernelAttentionBackward<T>;
  Backward backward_workspace() const { return {}; }

  void backward(const AttentionInputs<T>& inputs,
                const AttentionResult<T>& result,
                const AttentionInputGradients<T>& gradients, Backward& kernel,
                Performer&, Ledger& ledger) const {
    kernel.run(shape_, PositiveFeatures<T>(directions_),
               {inputs.queries, inputs.keys, inputs.values, inputs.mask},
               {result.output, result.d_output},
               {gradients.queries, gradients.keys, gradients.values}, ledger);
  }

  void for_each_parameter(const std::string& name,
                          const ParameterVisitor<T>& visit) {
    visit_tensor(visit, name + ".directions", directions_, Init::orthogonal);
  }

 private:
  KernelShape shape_;
  Tensor<T, 2> directions_;  // [features, D/H]
};

Cost performer_cost(const Shape& s, const Options& options, std::size_t scalar,
                    int threads) {
  const KernelShape shape = kernel_shape(s, options);
  Cost cost = formula::kernel_attention(shape, scalar, threads);
  cost[Part::softmax] =
      2 * formula::positive_features(s.batch * s.N, s.H, shape.v_channels,
                                     shape.features, scalar);
  cost.parameters = shape.features * shape.v_channels;
  return cost;
}

Cost performer_backward_cost(const Shape& s, const Options& options,
                             std::size_t scalar, int threads) {
  const KernelShape shape = kernel_shape(s, options);
  const std::size_t rows = s.batch * s.N, d = shape.v_channels;
  Cost cost = formula::kernel_attention_backward(shape, scalar, threads);
  cost[Part::softmax] =
      formula::feature_passes(shape) *
          formula::positive_features(rows, s.H, d, shape.features, scalar) +
      2 * formula::positive_features_backward(rows, s.H, d, shape.features,
                                              scalar);
  return cost;
}

// e^(ω·(q + k) − (|q|² + |k|²)/2), summed over the directions.
double estimate(const NaiveInputs& in, std::size_t b, std::size_t i,
                std::size_t j, std::size_t first) {
  const oracle::Array& directions = in.parameter("directions");
  const std::size_t d = directions.dim(1);
  const double scale = std::pow(static_cast<double>(d), -0.25);
  double sum = 0;
  for (std::size_t m = 0; m < directions.dim(0); ++m) {
    double exponent = 0;
    for (std::size_t c = 0; c < d; ++c) {
      const double q = scale * in.q.at(b, i, first + c);
      const double k = scale * in.k.at(b, j, first + c);
      exponent += directions.values[m * d + c] * (q + k) - (q * q + k * k) / 2;
    }
    sum += std::exp(exponent);
  }
  return sum;
}

oracle::Array performer_reference(const NaiveInputs& in) {
  const bool causal = in.options.flag("causal");
  const std::size_t N = in.shape.N, d = in.shape.D / in.shape.H;
  oracle::Array y = oracle::zeros(in.shape.batch, N, in.shape.D);
  for (std::size_t b = 0; b < in.shape.batch; ++b) {
    for (std::size_t first = 0; first < in.shape.D; first += d) {
      for (std::size_t i = 0; i < N; ++i) {
        double total = 0;
        for (std::size_t j = 0; j < (causal ? i + 1 : N); ++j) {
          if (in.hidden(b, j)) continue;
          const double weight = estimate(in, b, i, j, first);
          total += weight;
          for (std::size_t c = first; c < first + d; ++c) {
            y.at(b, i, c) += weight * in.v.at(b, j, c);
          }
        }
        for (std::size_t c = first; c < first + d && total > 0; ++c) {
          y.at(b, i, c) /= total;
        }
      }
    }
  }
  return y;
}

// Queries and keys of half the size that training begins with: the estimate's
// variance grows like e^|q + k|², and rare large ones would hide how the error
// falls. So the limit is checked for small queries and keys alone.
void set_smaller(const Parameter<double>& parameter) {
  if (!parameter.name.ends_with(".query.weight") &&
      !parameter.name.ends_with(".key.weight")) {
    return;
  }
  for (double& value : parameter.values) value /= 2;
}

Contestant performer() {
  AttentionVariant variant{{
      .name = "performer",
      .facts = {.paper = "Choromanski et al. 2021, §2.3, §2.4 and Theorem 4",
                .idea = "positive orthogonal random features estimate the "
                        "exponential",
                .cost = "O(B·N·features·D)",
                .exact = false,
                .permutation_equivariant = true},
      .options = {number("features", 256, "How many random features?"),
                  choice("causal", {"false", "true"},
                         "Does a row read only itself and those before it?")},
      .trial = {{"features", "8"}},
      .growth = {{"N", 1, 1}, {"N", 1, 1, {{"causal", "true"}}}},
      .limit = ExactLimit{.statement = "where the weights of queries and keys are "
                                       "half of what they begin as, the error "
                                       "falls like 1/√features from 128 to 2048",
                          .options =
                              [](const Shape&, std::size_t step) {
                                return OptionValues{
                                    {"features",
                                     std::to_string(std::size_t{128}
                                                    << (2 * step))}};
                              },
                          .rate = 0.5,
                          .set = set_smaller},
      .golden = Golden{84480, 3096, 1.74345691334},
      .settings = along("features", {32, 64, 128, 256}),
  }};
  variant.cost = performer_cost;
  variant.backward_cost = performer_backward_cost;
  variant.trace = keeps_nothing;
  variant.reference = performer_reference;
  make_with<Performer>(variant);
  return transformer_with(variant);
}

const Registration registered(performer());

}  // namespace
}  // namespace suite
