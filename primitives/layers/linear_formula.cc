#include "primitives/layers/linear_formula.h"

namespace suite::formula {

Work linear(std::size_t rows, std::size_t in, std::size_t out,
            std::size_t scalar, bool onto) {
  return {.macs = rows * in * out,
          .bytes_moved =
              scalar * (rows * in + in * out + (onto ? 2 : 1) * rows * out)};
}

Work linear_gradient(std::size_t rows, std::size_t in, std::size_t out,
                     std::size_t scalar) {
  return {.macs = rows * in * out,
          .bytes_moved = scalar * (rows * (in + out) + 2 * in * out)};
}

Work linear_input_gradient(std::size_t rows, std::size_t in, std::size_t out,
                           std::size_t scalar, bool onto) {
  return linear(rows, out, in, scalar, onto);
}

std::size_t linear_parameters(std::size_t in, std::size_t out, Bias bias) {
  return in * out + (bias == Bias::with ? out : 0);
}

Cost input_projection(std::size_t rows, std::size_t in, std::size_t out,
                      std::size_t scalar) {
  Cost cost;
  if (in == out) return cost;
  cost[Part::input_projection] = linear(rows, in, out, scalar);
  cost.parameters = linear_parameters(in, out);
  return cost;
}

Cost input_projection_backward(std::size_t rows, std::size_t in,
                               std::size_t out, bool learns,
                               std::size_t scalar) {
  Cost cost;
  if (in == out) return cost;
  cost[Part::input_projection] = linear_gradient(rows, in, out, scalar);
  if (learns) {
    cost[Part::input_projection] +=
        linear_input_gradient(rows, in, out, scalar);
  }
  return cost;
}

}  // namespace suite::formula
