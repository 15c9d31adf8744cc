#include "primitives/efficient_attention/landmark/landmark_formula.h"

#include "primitives/buffers.h"
#include "primitives/efficient_attention/landmark/head_matrices_backward.h"

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

Work segment_means_backward(std::size_t batch, std::size_t rows,
                            std::size_t segments, std::size_t channels,
                            std::size_t scalar) {
  return {.bytes_moved = scalar * batch * channels * (2 * rows + segments)};
}

Work head_weights_backward(std::size_t heads, std::size_t m,
                           std::size_t head_channels, std::size_t scalar) {
  return 2 * head_weights(heads, m, head_channels, scalar)[Part::scores];
}

Work multiply_heads_backward(std::size_t heads, std::size_t m,
                             std::size_t head_channels, std::size_t scalar) {
  return 2 * multiply_heads(heads, m, head_channels, scalar);
}

Cost pseudo_inverse_backward(std::size_t matrices, std::size_t m,
                             std::size_t iterations, std::size_t scalar,
                             int threads) {
  Cost cost;
  cost[Part::weighted_sum] = {
      .macs = matrices * (12 * iterations - 1) * m * m * m,
      .bytes_moved = 3 * scalar * matrices * m * m};
  cost.bytes_held =
      scalar == sizeof(float)
          ? bytes_laid_out<PseudoInverseBackward<float>>(threads, m, iterations)
          : bytes_laid_out<PseudoInverseBackward<double>>(threads, m,
                                                          iterations);
  return cost;
}

Work row_convolution_backward(std::size_t values, std::size_t heads,
                              std::size_t width, std::size_t scalar) {
  const Work taps = {.macs = values * width,
                     .bytes_moved = 2 * scalar * (heads * width + values)};
  return row_convolution(values, heads, width, scalar) + taps;
}

}  // namespace suite::formula
