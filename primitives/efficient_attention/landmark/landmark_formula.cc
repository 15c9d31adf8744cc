#include "primitives/efficient_attention/landmark/landmark_formula.h"

#include "primitives/buffers.h"

namespace suite::formula {

Work combine_rows(std::size_t batch, std::size_t rows, std::size_t inputs,
                  std::size_t channels, std::size_t scalar) {
  return {.macs = batch * rows * inputs * channels,
          .bytes_moved = scalar * batch * (rows * inputs + inputs * channels +
                                           rows * channels)};
}

Work combine_rows_backward(std::size_t batch, std::size_t rows,
                           std::size_t inputs, std::size_t channels,
                           std::size_t scalar) {
  return 2 * combine_rows(batch, rows, inputs, channels, scalar);
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

}  // namespace suite::formula
