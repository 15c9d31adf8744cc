// Linear attention (Katharopoulos et al. 2020, §3.2): the exponential of q·k
// becomes φ(q)·φ(k) with φ(x) = elu(x) + 1, so that Σ φ(k)vᵀ is summed once for all
// queries. Causal (§3.3), the sum runs along: a row reads those before it.
//
// Cost: 2·N·D·(D/H + 1) MACs a layer, linear in N; a head's sum is D/H × D/H.
#include <cmath>

#include "baselines/transformer/transformer.h"
#include "contract/registry.h"
#include "primitives/efficient_attention/kernel/kernel_attention.h"
#include "primitives/efficient_attention/kernel/kernel_backward.h"
#include "primitives/efficient_attention/kernel/kernel_formula.h"

namespace suite {
namespace {

KernelShape kernel_shape(const Shape& s, const Options& options) {
  const std::size_t d = s.D / s.H;
  return {s.batch, s.N, s.H, d, d, options.flag("causal")};
}

template <class T>
class LinearAttention {
 public:
  LinearAttention(const Shape& shape, const Options& options)
      : shape_(kernel_shape(shape, options)), phi_(shape_.features) {}

  using Workspace = KernelAttention<T>;
  Workspace workspace() const { return {}; }

  void forward(const AttentionInputs<T>& inputs, Workspace& kernel,
               Tensor<T, 3>& output, Ledger& ledger, AttentionTrace<T>*) const {
    kernel.forward(shape_, phi_,
                   {inputs.queries, inputs.keys, inputs.values, inputs.mask},
                   output, ledger);
  }

  // From what forward was given and made: no trace is needed.
  using Backward = KernelAttentionBackward<T>;
  Backward backward_workspace() const { return {}; }

  void backward(const AttentionInputs<T>& inputs,
                const AttentionResult<T>& result,
                const AttentionInputGradients<T>& gradients, Backward& kernel,
                LinearAttention&, Ledger& ledger) const {
    kernel.run(shape_, phi_,
               {inputs.queries, inputs.keys, inputs.values, inputs.mask},
               {result.output, result.d_output},
               {gradients.queries, gradients.keys, gradients.values}, ledger);
  }

 private:
  KernelShape shape_;
  EluPlusOne<T> phi_;
};

Cost linear_cost(const Shape& s, const Options& options, std::size_t scalar,
                 int threads) {
  Cost cost =
      formula::kernel_attention(kernel_shape(s, options), scalar, threads);
  cost[Part::softmax] = 2 * formula::elu_plus_one(s.batch * s.N * s.D, scalar);
  return cost;
}

Cost linear_backward_cost(const Shape& s, const Options& options,
                          std::size_t scalar, int threads) {
  const KernelShape shape = kernel_shape(s, options);
  const std::size_t values = s.batch * s.N * s.D;
  Cost cost = formula::kernel_attention_backward(shape, scalar, threads);
  cost[Part::softmax] =
      formula::feature_passes(shape) * formula::elu_plus_one(values, scalar) +
      2 * formula::elu_plus_one_backward(values, scalar);
  return cost;
}

oracle::Array linear_reference(const NaiveInputs& in) {
  const auto phi = [](double x) { return x > 0 ? x + 1 : std::exp(x); };
  const bool causal = in.options.flag("causal");
  const std::size_t N = in.shape.N, d = in.shape.D / in.shape.H;
  oracle::Array y = oracle::zeros(in.shape.batch, N, in.shape.D);
  for (std::size_t b = 0; b < in.shape.batch; ++b) {
    for (std::size_t first = 0; first < in.shape.D; first += d) {
      for (std::size_t i = 0; i < N; ++i) {
        double total = 0;
        for (std::size_t j = 0; j < (causal ? i + 1 : N); ++j) {
          if (in.hidden(b, j)) continue;
          double weight = 0;
          for (std::size_t c = first; c < first + d; ++c) {
            weight += phi(in.q.at(b, i, c)) * phi(in.k.at(b, j, c));
          }
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

Contestant linear() {
  AttentionVariant variant{{
      .name = "linear",
      .facts = {.paper = "Katharopoulos et al. 2020, §3.2 and §3.3",
                .idea = "a product of features in place of the exponential, "
                        "summed over the keys once",
                .cost = "O(B·N·D²/H)",
                .exact = true,
                .permutation_equivariant = true},
      .options = {choice("causal", {"false", "true"},
                         "Does a row read only itself and those before it?")},
      .growth = {{"N", 1, 1}, {"N", 1, 1, {{"causal", "true"}}}},
      .golden = Golden{68112, 2952, 1.69994686482},
  }};
  variant.cost = linear_cost;
  variant.backward_cost = linear_backward_cost;
  variant.trace = keeps_nothing;
  variant.reference = linear_reference;
  make_with<LinearAttention>(variant);
  return transformer_with(variant);
}

const Registration registered(linear());

}  // namespace
}  // namespace suite
