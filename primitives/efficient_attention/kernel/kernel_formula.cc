#include "primitives/efficient_attention/kernel/kernel_formula.h"

#include "primitives/buffers.h"
#include "primitives/efficient_attention/kernel/kernel_backward.h"

namespace suite::formula {

namespace {

// Of rows that meet within the tiles of a head, where causal.
std::size_t pairs_in_tiles(const KernelShape& s) {
  std::size_t pairs = 0;
  for (std::size_t row = 0; s.causal && row < s.rows; row += kFeatureTile) {
    const std::size_t chunk =
        s.rows - row < kFeatureTile ? s.rows - row : kFeatureTile;
    pairs += chunk * chunk;
  }
  return pairs;
}

}  // namespace

Cost kernel_attention(const KernelShape& s, std::size_t scalar, int threads) {
  const std::size_t heads = s.batch * s.heads, v = s.v_channels + 1;
  const std::size_t pairs = pairs_in_tiles(s);
  const std::size_t moved = scalar * heads * s.rows * s.v_channels;
  Cost cost;
  cost[Part::scores] = {
      .macs = heads * (s.rows * s.features * v + pairs * s.features),
      .bytes_moved = moved};
  cost[Part::weighted_sum] = {
      .macs = heads * (s.rows * s.features * v + pairs * v),
      .bytes_moved = moved};
  cost.bytes_held =
      scalar == sizeof(float)
          ? bytes_laid_out<KernelAttention<float>>(threads, s)
          : bytes_laid_out<KernelAttention<double>>(threads, s);
  return cost;
}

Cost kernel_attention_backward(const KernelShape& s, std::size_t scalar,
                               int threads) {
  const std::size_t heads = s.batch * s.heads, r = s.features;
  const std::size_t pairs = pairs_in_tiles(s), v = s.v_channels;
  // Output and its gradient; values and theirs.
  const std::size_t moved = 2 * scalar * heads * s.rows * v;
  Cost cost;
  // Both φ's gradients. Pairs' weights are made twice, and read by both.
  cost[Part::scores] = {
      .macs = heads * (s.rows * r * 2 * (v + 1) + pairs * 4 * r),
      .bytes_moved = moved};
  // S and G, totals, values' gradients. Pairs' weights get theirs twice.
  cost[Part::weighted_sum] = {
      .macs = heads *
              (s.rows * r * (2 * (v + 1) + 1 + v) + pairs * (2 * (v + 1) + v)),
      .bytes_moved = moved};
  cost.bytes_held =
      scalar == sizeof(float)
          ? bytes_laid_out<KernelAttentionBackward<float>>(threads, s)
          : bytes_laid_out<KernelAttentionBackward<double>>(threads, s);
  return cost;
}

// Keys' once for S and once for their gradients; causal, both passes make both.
std::size_t feature_passes(const KernelShape& s) { return s.causal ? 4 : 3; }

Work elu_plus_one(std::size_t values, std::size_t scalar) {
  return {.bytes_moved = scalar * values};
}

Work elu_plus_one_backward(std::size_t values, std::size_t scalar) {
  return {.bytes_moved = 2 * scalar * values};
}

Work positive_features(std::size_t rows, std::size_t heads,
                       std::size_t channels, std::size_t features,
                       std::size_t scalar) {
  return {.macs = rows * heads * features * channels,
          .bytes_moved =
              scalar * (rows * heads * channels + features * channels)};
}

Work positive_features_backward(std::size_t rows, std::size_t heads,
                                std::size_t channels, std::size_t features,
                                std::size_t scalar) {
  return {.macs = rows * heads * features * channels,
          .bytes_moved =
              scalar * (2 * rows * heads * channels + features * channels)};
}

}  // namespace suite::formula
