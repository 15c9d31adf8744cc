#include "primitives/layers/embedding.h"

#include <algorithm>
#include <functional>

namespace suite {
namespace {

void require_rows(const Tokens& tokens, std::size_t vocabulary) {
  for (std::size_t b = 0; b < tokens.shape(0); ++b) {
    for (std::size_t n = 0; n < tokens.shape(1); ++n) {
      const std::int64_t token = tokens(b, n);
      require(token >= 0 && static_cast<std::uint64_t>(token) < vocabulary,
              "embedding: example {}, position {}: token {} is not one of a "
              "vocabulary of {}",
              b, n, token, vocabulary);
    }
  }
}

}  // namespace

template <class T>
void embed(const Tokens& tokens, const Tensor<T, 2>& table,
           const Tensor<T, 2>* positions, Tensor<T, 3>& output,
           const Meter& meter) {
  const std::size_t N = tokens.shape(1), channels = table.shape(1);
  require(positions == nullptr || (positions->shape(0) >= N &&
                                   positions->shape(1) == channels),
          "embedding: positions[{}, {}] cannot be added to {} tokens of {} "
          "channels",
          positions == nullptr ? 0 : positions->shape(0),
          positions == nullptr ? 0 : positions->shape(1), N, channels);
  output.resize({tokens.shape(0), N, channels});
  const std::size_t placed = positions == nullptr ? 0 : N * channels;
  const Work work{.bytes_moved = bytes_of(tokens) + 2 * bytes_of(output) +
                                 sizeof(T) * placed};
  if (!meter.add(work)) return;
  require_rows(tokens, table.shape(0));
  const MatrixView<const T> rows = matrix(table);
  const MatrixView<T> out = all_rows(output);
#pragma omp parallel for schedule(static)
  for (std::size_t r = 0; r < out.rows; ++r) {
    const T* row = rows.row(static_cast<std::size_t>(tokens.data()[r]));
    if (positions == nullptr) {
      std::copy_n(row, channels, out.row(r));
    } else {
      std::transform(row, row + channels, matrix(*positions).row(r % N),
                     out.row(r), std::plus<T>());
    }
  }
}

template void embed<float>(const Tokens&, const Tensor<float, 2>&,
                           const Tensor<float, 2>*, Tensor<float, 3>&,
                           const Meter&);
template void embed<double>(const Tokens&, const Tensor<double, 2>&,
                            const Tensor<double, 2>*, Tensor<double, 3>&,
                            const Meter&);

}  // namespace suite
