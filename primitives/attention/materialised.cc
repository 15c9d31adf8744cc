#include "primitives/attention/materialised.h"

#include <cmath>

#include "primitives/gemm.h"
#include "primitives/softmax.h"
#include "primitives/threads.h"

namespace suite {

template <class T>
void MaterialisedAttention<T>::forward(const AttentionInputs<T>& inputs,
                                       Tensor<T, 3>& output, Ledger& ledger,
                                       AttentionTrace<T>* trace) {
  const AttentionShape s = inputs.shape();
  const T scale = 1 / std::sqrt(static_cast<T>(s.qk_channels));
  if (trace == nullptr) {
    Buffers buffers = Buffers::allocating(threads());
    lay_out(s, buffers);
  } else {
    trace->weights.resize({s.batch, s.heads, s.queries, s.keys});
  }
  Tensor<T, 4>& all = trace == nullptr ? weights_ : trace->weights;
  output.resize({s.batch, s.queries, s.heads * s.v_channels});
  for (std::size_t b = 0; b < s.batch; ++b) {
    const auto queries = example(inputs.queries, b);
    for (std::size_t h = 0; h < s.heads; ++h) {
      const MatrixView<T> weights{&all(b, h, 0, 0), s.queries, s.keys, s.keys};
      const std::size_t qk = h * s.qk_channels, v = h * s.v_channels;
      const std::size_t key = s.key_head(h);
      gemm<T>(queries.columns(qk, s.qk_channels),
              transposed(inputs.keys_of(b, key)), weights, ledger[Part::scores],
              scale);
      softmax_rows(weights, inputs.valid_keys(b), ledger[Part::softmax]);
      gemm<T>(weights, inputs.values_of(b, key),
              example(output, b).columns(v, s.v_channels),
              ledger[Part::weighted_sum]);
    }
  }
}

template <class T>
void MaterialisedAttention<T>::lay_out(const AttentionShape& s,
                                       Buffers& buffers) {
  buffers(weights_, {s.batch, s.heads, s.queries, s.keys});
}

namespace {

// d_weights[M, N] ← weights∘(d_weights − Σ weights∘d_weights): softmax's
// backward.
template <class T>
void softmax_backward(MatrixView<const T> weights, MatrixView<T> d_weights,
                      const Meter& meter) {
  const std::size_t values = weights.rows * weights.cols;
  if (!meter.add({.bytes_moved = 3 * sizeof(T) * values})) return;
#pragma omp parallel for schedule(static)
  for (std::size_t r = 0; r < weights.rows; ++r) {
    const T* w = weights.row(r);
    T* d = d_weights.row(r);
    T along = 0;
#pragma omp simd reduction(+ : along)
    for (std::size_t c = 0; c < weights.cols; ++c) along += w[c] * d[c];
#pragma omp simd
    for (std::size_t c = 0; c < weights.cols; ++c) d[c] = w[c] * (d[c] - along);
  }
}

}  // namespace

template <class T>
void materialised_backward(const AttentionInputs<T>& inputs,
                           const Tensor<T, 4>& all_weights,
                           const BatchView<const T>& d_output,
                           const AttentionInputGradients<T>& gradients,
                           Tensor<T, 2>& d_weights, Ledger& ledger) {
  const AttentionShape s = inputs.shape();
  const T scale = 1 / std::sqrt(static_cast<T>(s.qk_channels));
  const std::size_t group = s.heads / s.heads_of_keys();
  d_weights.resize({s.queries, s.keys});
  const MatrixView<T> d = matrix(d_weights);
  for (std::size_t b = 0; b < s.batch; ++b) {
    for (std::size_t h = 0; h < s.heads; ++h) {
      const MatrixView<const T> weights{&all_weights(b, h, 0, 0), s.queries,
                                        s.keys, s.keys};
      const std::size_t key = s.key_head(h);
      const bool more = h % group > 0;  // heads that share their keys
      const auto q = [&](const auto& all) {
        return example(all, b).columns(h * s.qk_channels, s.qk_channels);
      };
      const auto k = [&](const auto& all) {
        return example(all, b).columns(key * s.qk_channels, s.qk_channels);
      };
      const auto v = [&](const auto& all) {
        return example(all, b).columns(key * s.v_channels, s.v_channels);
      };
      const auto d_o =
          example(d_output, b).columns(h * s.v_channels, s.v_channels);
      gemm<T>(transposed(weights), d_o, v(gradients.values),
              ledger[Part::weighted_sum], T(1), more);
      gemm<T>(d_o, transposed(inputs.values_of(b, key)), d,
              ledger[Part::weighted_sum]);
      softmax_backward<T>(weights, d, ledger[Part::softmax]);
      gemm<T>(MatrixView<const T>(d), inputs.keys_of(b, key),
              q(gradients.queries), ledger[Part::scores], scale);
      gemm<T>(transposed(d), q(inputs.queries), k(gradients.keys),
              ledger[Part::scores], scale, more);
    }
  }
}

template void materialised_backward<float>(
    const AttentionInputs<float>&, const Tensor<float, 4>&,
    const BatchView<const float>&, const AttentionInputGradients<float>&,
    Tensor<float, 2>&, Ledger&);
template void materialised_backward<double>(
    const AttentionInputs<double>&, const Tensor<double, 4>&,
    const BatchView<const double>&, const AttentionInputGradients<double>&,
    Tensor<double, 2>&, Ledger&);
template class MaterialisedAttention<float>;
template class MaterialisedAttention<double>;

}  // namespace suite
