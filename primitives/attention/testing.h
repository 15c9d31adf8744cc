// Inputs of attention for its tests, and how far an answer is from the naive
// loops.
#pragma once

#include <algorithm>
#include <vector>

#include "primitives/attention/attention.h"
#include "primitives/attention/streaming.h"
#include "primitives/testing.h"

namespace suite {

inline constexpr AttentionForm kAttentionForms[] = {AttentionForm::materialised,
                                                    AttentionForm::streaming};

// [batch·heads, N, channels] of the same numbers as [batch, N, heads·channels].
template <class T>
Tensor<T, 3> by_heads(const Tensor<T, 3>& all, std::size_t heads) {
  const std::size_t channels = all.shape(2) / heads;
  Tensor<T, 3> apart;
  apart.resize({all.shape(0) * heads, all.shape(1), channels});
  for (std::size_t b = 0; b < all.shape(0); ++b) {
    for (std::size_t n = 0; n < all.shape(1); ++n) {
      for (std::size_t i = 0; i < all.shape(2); ++i) {
        apart(b * heads + i / channels, n, i % channels) = all(b, n, i);
      }
    }
  }
  return apart;
}

template <class T>
struct AttentionCase {
  AttentionShape shape;
  Tensor<T, 3> queries, keys, values;
  Mask mask;

  explicit AttentionCase(const AttentionShape& s)
      : shape(s),
        queries(normal_tensor<T, 3>(
            {s.batch, s.queries, s.heads * s.qk_channels}, 1)),
        keys(
            normal_tensor<T, 3>({s.batch, s.keys, s.heads * s.qk_channels}, 2)),
        values(normal_tensor<T, 3>({s.batch, s.keys, s.heads * s.v_channels},
                                   3)) {}

  // The keys that `hidden(example, key)` tells.
  template <class F>
  void hide(const F& hidden) {
    mask.resize({shape.batch, shape.keys});
    for (std::size_t b = 0; b < shape.batch; ++b) {
      for (std::size_t n = 0; n < shape.keys; ++n) {
        mask(b, n) = hidden(b, n) ? 0 : 1;
      }
    }
  }

  AttentionInputs<T> inputs() const {
    return {queries, keys, values, mask, shape.heads};
  }

  Tensor<T, 3> answer(Attention<T>& attention) const {
    Tensor<T, 3> output;
    output.resize({1, 1, 1});  // not yet what it should be
    output.fill(std::numeric_limits<T>::quiet_NaN());
    Ledger ledger;
    attention.forward(inputs(), output, ledger);
    return output;
  }
  Tensor<T, 3> answer(AttentionForm form) const {
    return answer(*make_attention<T>(form));
  }

  // The largest difference from the naive answer to every `step`th query and
  // the last.
  double error(const Tensor<T, 3>& output, std::size_t step = 1) const {
    if (output.shape(0) != shape.batch || output.shape(1) != shape.queries) {
      return std::numeric_limits<double>::infinity();
    }
    double worst = 0;
    for (std::size_t b = 0; b < shape.batch; ++b) {
      const naive::Matrix k(example(keys, b)), v(example(values, b));
      const std::uint8_t* valid = mask.size() > 0 ? &mask(b, 0) : nullptr;
      for (std::size_t m = 0; m < shape.queries;) {
        const naive::Matrix q(example(queries, b).row_range(m, 1));
        worst = std::max(
            worst, max_difference(naive::attention(q, k, v, shape.heads, valid),
                                  example(output, b).row_range(m, 1)));
        const std::size_t last = shape.queries - 1;
        m = m < last ? std::min(m + step, last) : shape.queries;
      }
    }
    return worst;
  }
};

}  // namespace suite
