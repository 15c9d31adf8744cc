#include "contract/mixing_formula.h"

#include <algorithm>

namespace suite::formula {

Cost kernel_attention(const KernelShape& s, std::size_t scalar, int threads) {
  const std::size_t heads = s.batch * s.heads, v = s.v_channels + 1;
  std::size_t pairs = 0;
  for (std::size_t row = 0; s.causal && row < s.rows; row += kFeatureTile) {
    const std::size_t chunk =
        s.rows - row < kFeatureTile ? s.rows - row : kFeatureTile;
    pairs += chunk * chunk;
  }
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

Cost sparse_attention(const AttentionShape& s, std::size_t pairs,
                      std::size_t block, std::size_t scalar, int threads) {
  const std::size_t met = s.batch * s.heads * pairs;
  const std::size_t operands =
      scalar * s.batch * (s.heads * s.queries + s.heads_of_keys() * s.keys);
  Cost cost;
  cost[Part::scores] = {.macs = met * s.qk_channels,
                        .bytes_moved = operands * s.qk_channels};
  cost[Part::softmax] = {.logits = met};
  cost[Part::weighted_sum] = {.macs = met * s.v_channels,
                              .bytes_moved = operands * s.v_channels};
  cost.bytes_held =
      scalar == sizeof(float)
          ? bytes_laid_out<SparseAttention<float>>(threads, s, block)
          : bytes_laid_out<SparseAttention<double>>(threads, s, block);
  return cost;
}

Cost hashed_attention(const HashedShape& s, std::size_t scalar, int threads) {
  const HashShape& hash = s.hash;
  std::size_t pairs = 0;
  for (std::size_t first = 0; first < hash.rows; first += s.chunk) {
    const std::size_t own = std::min(s.chunk, hash.rows - first);
    pairs += own * (own + (first > 0 ? s.chunk : 0));
  }
  const std::size_t heads = hash.batch * hash.heads * hash.rounds;
  const std::size_t turned = hash.rounds * hash.buckets / 2;  // rotations
  Cost cost;
  cost[Part::scores] = {
      .macs = heads * pairs * hash.channels +
              hash.batch * hash.heads * hash.rows * turned * hash.channels,
      .bytes_moved = 2 * scalar * heads * hash.rows * hash.channels +
                     sizeof(std::uint32_t) * heads * hash.rows};
  if (turned > 0) {
    cost[Part::scores].bytes_moved +=
        scalar * hash.channels *
        (hash.batch * hash.rows * hash.heads + turned);
  }
  cost[Part::softmax] = {.logits = heads * pairs};
  cost[Part::weighted_sum] = {
      .macs = heads * pairs * s.v_channels,
      .bytes_moved = 2 * scalar * heads * hash.rows * s.v_channels};
  cost.bytes_held = scalar == sizeof(float)
                        ? bytes_laid_out<HashedAttention<float>>(threads, s)
                        : bytes_laid_out<HashedAttention<double>>(threads, s);
  return cost;
}

Work combine_rows(std::size_t batch, std::size_t rows, std::size_t inputs,
                  std::size_t channels, std::size_t scalar) {
  return {.macs = batch * rows * inputs * channels,
          .bytes_moved = scalar * batch * (rows * inputs + inputs * channels +
                                           rows * channels)};
}

Work segment_means(std::size_t batch, std::size_t rows, std::size_t segments,
                   std::size_t channels, std::size_t scalar) {
  return {.bytes_moved = scalar * batch * channels * (rows + segments)};
}

Cost head_weights(std::size_t heads, std::size_t m, std::size_t head_channels,
                  std::size_t scalar) {
  const std::size_t logits = heads * m * m;
  Cost cost;
  cost[Part::scores] = {
      .macs = logits * head_channels,
      .bytes_moved = scalar * (2 * heads * m * head_channels + logits)};
  cost[Part::softmax] = {.logits = logits, .bytes_moved = 2 * scalar * logits};
  return cost;
}

Work multiply_heads(std::size_t heads, std::size_t m,
                    std::size_t head_channels, std::size_t scalar) {
  return {.macs = heads * m * m * head_channels,
          .bytes_moved =
              scalar * (2 * heads * m * head_channels + heads * m * m)};
}

Cost pseudo_inverse(std::size_t matrices, std::size_t m, std::size_t iterations,
                    std::size_t scalar, int threads) {
  Cost cost;
  cost[Part::weighted_sum] = {
      .macs = matrices * iterations * 4 * m * m * m,
      .bytes_moved = 2 * scalar * matrices * m * m};
  cost.bytes_held = scalar == sizeof(float)
                        ? bytes_laid_out<PseudoInverse<float>>(threads, m)
                        : bytes_laid_out<PseudoInverse<double>>(threads, m);
  return cost;
}

Work row_convolution(std::size_t values, std::size_t heads, std::size_t width,
                     std::size_t scalar) {
  return {.macs = values * width,
          .bytes_moved = scalar * (heads * width + 3 * values)};
}

Work elu_plus_one(std::size_t values, std::size_t scalar) {
  return {.bytes_moved = scalar * values};
}

Work positive_features(std::size_t rows, std::size_t heads,
                       std::size_t channels, std::size_t features,
                       std::size_t scalar) {
  return {.macs = rows * heads * features * channels,
          .bytes_moved =
              scalar * (rows * heads * channels + features * channels)};
}

}  // namespace suite::formula
