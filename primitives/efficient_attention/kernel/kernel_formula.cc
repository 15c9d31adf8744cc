#include "primitives/efficient_attention/kernel/kernel_formula.h"

#include "primitives/buffers.h"

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
