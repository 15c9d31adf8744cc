// Reads for the tests of cross-attention, and how far an answer is from the
// naive loops.
#pragma once

#include <algorithm>
#include <vector>

#include "primitives/cross_attention/cross_attention.h"
#include "primitives/testing.h"

namespace suite {

inline std::vector<CrossAttentionPlan> plans() {
  return {{},
          {.fold_keys = true},
          {.fold_values = true},
          {.fold_keys = true, .fold_values = true},
          {.keep = true}};
}

// One of everything; a rest everywhere; several tiles and ranges; one head.
inline std::vector<CrossAttentionShape> shapes() {
  return {{1, 1, 1, 1, 1, 1, 1},
          {2, 17, 33, 7, 6, 10, 2},
          {1, 49, 613, 33, 48, 16, 4},
          {1, 5, 2500, 20, 20, 20, 1},
          {3, 16, 257, 16, 16, 16, 1, /*normed=*/false}};
}

template <class T>
struct ReadCase {
  CrossAttentionShape shape;
  LayerNorm<T> norm;
  Linear<T> key, value;
  Tensor<T, 3> queries, inputs;
  Mask mask;

  explicit ReadCase(const CrossAttentionShape& s)
      : shape(s),
        norm(s.channels),
        key(s.channels, s.qk_channels),
        value(s.channels, s.v_channels),
        queries(normal_tensor<T, 3>({s.batch, s.latents, s.qk_channels}, 1)),
        inputs(normal_tensor<T, 3>({s.batch, s.inputs, s.channels}, 2)) {
    std::uint64_t seed = 10;
    const auto draw = [&](const Parameter<T>& parameter) {
      fill_normal(parameter.values, ++seed, 0.5);
    };
    norm.for_each_parameter("norm", draw);
    key.for_each_parameter("key", draw);
    value.for_each_parameter("value", draw);
  }

  void hide() {
    mask.resize({shape.batch, shape.inputs});
    for (std::size_t i = 0; i < mask.size(); ++i) mask.data()[i] = i % 3 == 1;
  }

  InputMaps<T> maps() const {
    return {shape.normed ? &norm : nullptr, &key, &value};
  }

  Tensor<T, 3> read(CrossAttention<T>& attention,
                    const CrossAttentionPlan& plan, Ledger& ledger) const {
    Tensor<T, 3> output;
    attention.forward(queries, inputs, mask, maps(), shape.heads, plan, output,
                      ledger);
    return output;
  }
  Tensor<T, 3> read(const CrossAttentionPlan& plan) const {
    CrossAttention<T> attention(AttentionForm::streaming);
    Ledger ledger;
    return read(attention, plan, ledger);
  }

  double error(const Tensor<T, 3>& output) const {
    double worst = 0;
    for (std::size_t b = 0; b < shape.batch; ++b) {
      const naive::Matrix x(example(inputs, b));
      const naive::Matrix normed =
          shape.normed ? naive::layer_norm(x, naive::row_of(norm.scale),
                                           naive::row_of(norm.offset))
                       : x;
      const auto map = [&](const Linear<T>& layer) {
        return naive::affine(normed, naive::Matrix(matrix(layer.weight)),
                             naive::row_of(layer.bias));
      };
      const naive::Matrix expected = naive::attention(
          naive::Matrix(example(queries, b)), map(key), map(value), shape.heads,
          mask.size() > 0 ? &mask(b, 0) : nullptr);
      worst = std::max(worst, max_difference(expected, example(output, b)));
    }
    return worst;
  }
};

}  // namespace suite
