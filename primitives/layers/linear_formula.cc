#include "primitives/layers/linear_formula.h"

namespace suite::formula {

Work linear(std::size_t rows, std::size_t in, std::size_t out,
            std::size_t scalar, bool onto) {
  return {.macs = rows * in * out,
          .bytes_moved =
              scalar * (rows * in + in * out + (onto ? 2 : 1) * rows * out)};
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

}  // namespace suite::formula
