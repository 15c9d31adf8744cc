#include "primitives/attention/materialised.h"

#include <cmath>

#include "primitives/gemm.h"
#include "primitives/softmax.h"
#include "primitives/threads.h"

namespace suite {

template <class T>
void MaterialisedAttention<T>::forward(const AttentionInputs<T>& inputs,
                                       Tensor<T, 3>& output, Ledger& ledger) {
  const AttentionShape s = inputs.shape();
  const T scale = 1 / std::sqrt(static_cast<T>(s.qk_channels));
  Buffers buffers = Buffers::allocating(threads());
  lay_out(s, buffers);
  output.resize({s.batch, s.queries, s.heads * s.v_channels});
  for (std::size_t b = 0; b < s.batch; ++b) {
    const auto queries = example(inputs.queries, b);
    for (std::size_t h = 0; h < s.heads; ++h) {
      const MatrixView<T> weights{&weights_(b, h, 0, 0), s.queries, s.keys,
                                  s.keys};
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

template class MaterialisedAttention<float>;
template class MaterialisedAttention<double>;

}  // namespace suite
