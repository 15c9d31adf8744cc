#include "training/clip.h"

#include <fmt/ranges.h>

#include <cmath>

#include "support/check.h"
#include "training/pieces.h"
#include "training/reduction.h"

namespace suite {
namespace {

// The index of value `at` in a tensor of this shape, row-major.
std::vector<std::size_t> index_of(std::size_t at,
                                  const std::vector<std::size_t>& shape) {
  std::vector<std::size_t> index(shape.size());
  for (std::size_t axis = shape.size(); axis-- > 0; at /= shape[axis]) {
    index[axis] = at % shape[axis];
  }
  return index;
}

template <class T>
void require_finite(std::span<const Parameter<T>> gradients) {
  for (const Parameter<T>& each : gradients) {
    for (std::size_t i = 0; i < each.values.size(); ++i) {
      require(std::isfinite(each.values[i]),
              "the gradient of {}[{}] is {}: must be finite", each.name,
              fmt::join(index_of(i, each.shape), ", "), each.values[i]);
    }
  }
}

}  // namespace

template <class T>
Clip clip_by_global_norm(Encoder<T>& gradient, double most, Ledger& ledger) {
  const Meter meter = ledger[Part::update];
  require(most > 0, "the largest norm of a gradient is {}: must be above 0",
          most);
  const std::vector<Parameter<T>> gradients = parameters_of(gradient);
  const std::span<const Parameter<T>> all(gradients);
  std::uint64_t bytes = 0;
  for (const Parameter<T>& each : all) bytes += each.values.size_bytes();
  if (!meter.add({.bytes_moved = bytes})) return {};
  const Pieces pieces(all);
  std::vector<double> squares(pieces.size());
  pieces.for_each([&](std::size_t i, const Piece& piece) {
    squares[i] = sum_of_squares(all[piece.tensor].values.data() + piece.first,
                                piece.count);
  });
  double sum = 0;
  for (const double each : squares) sum += each;
  if (!std::isfinite(sum)) {
    require_finite(all);
    throw Error(
        "the gradient's norm is beyond 1e154, though each value is "
        "finite");
  }
  const double norm = std::sqrt(sum);
  return {norm, norm > most ? most / norm : 1};
}

template Clip clip_by_global_norm<float>(Encoder<float>&, double, Ledger&);
template Clip clip_by_global_norm<double>(Encoder<double>&, double, Ledger&);

}  // namespace suite
