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

// The extents of a table, and of positions or null.
template <class T>
void require_fit(const Tokens& tokens, std::size_t channels,
                 const Tensor<T, 2>* positions) {
  const std::size_t N = tokens.shape(1);
  require(positions == nullptr || (positions->shape(0) >= N &&
                                   positions->shape(1) == channels),
          "embedding: positions[{}, {}] cannot be added to {} tokens of {} "
          "channels",
          positions == nullptr ? 0 : positions->shape(0),
          positions == nullptr ? 0 : positions->shape(1), N, channels);
}

}  // namespace

template <class T>
void embed(const Tokens& tokens, const Tensor<T, 2>& table,
           const Tensor<T, 2>* positions, Tensor<T, 3>& output,
           const Meter& meter) {
  const std::size_t N = tokens.shape(1), channels = table.shape(1);
  require_fit(tokens, channels, positions);
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

template <class T>
void embed_backward(const Tokens& tokens, const Tensor<T, 3>& d_output,
                    Tensor<T, 2>& table_gradient,
                    Tensor<T, 2>* positions_gradient, const Meter& meter) {
  const std::size_t batch = tokens.shape(0), N = tokens.shape(1),
                    channels = table_gradient.shape(1);
  require_fit(tokens, channels, positions_gradient);
  require(d_output.shape(0) == batch && d_output.shape(1) == N &&
              d_output.shape(2) == channels,
          "embedding: a gradient [{}, {}, {}] of [{}, {}] tokens of {} channels",
          d_output.shape(0), d_output.shape(1), d_output.shape(2), batch, N,
          channels);
  const bool placed = positions_gradient != nullptr;
  const Work work{.bytes_moved =
                      bytes_of(tokens) + (placed ? 4 : 3) * bytes_of(d_output) +
                      (placed ? 2 : 0) * sizeof(T) * N * channels};
  if (!meter.add(work)) return;
  require_rows(tokens, table_gradient.shape(0));
  const MatrixView<const T> from = all_rows(d_output);
  const MatrixView<T> table = matrix(table_gradient);
  // Tokens come again: a unit owns columns, not rows.
  constexpr std::size_t kColumns = 64 / sizeof(T);
#pragma omp parallel for schedule(static)
  for (std::size_t first = 0; first < channels; first += kColumns) {
    const std::size_t end = std::min(channels, first + kColumns);
    for (std::size_t r = 0; r < from.rows; ++r) {
      T* row = table.row(static_cast<std::size_t>(tokens.data()[r]));
      for (std::size_t c = first; c < end; ++c) row[c] += from.row(r)[c];
    }
  }
  if (!placed) return;
  const MatrixView<T> places = matrix(*positions_gradient);
#pragma omp parallel for schedule(static)
  for (std::size_t n = 0; n < N; ++n) {
    for (std::size_t b = 0; b < batch; ++b) {
      const T* row = from.row(b * N + n);
      for (std::size_t c = 0; c < channels; ++c) places.row(n)[c] += row[c];
    }
  }
}

template void embed<float>(const Tokens&, const Tensor<float, 2>&,
                           const Tensor<float, 2>*, Tensor<float, 3>&,
                           const Meter&);
template void embed<double>(const Tokens&, const Tensor<double, 2>&,
                            const Tensor<double, 2>*, Tensor<double, 3>&,
                            const Meter&);

template void embed_backward<float>(const Tokens&, const Tensor<float, 3>&,
                                    Tensor<float, 2>&, Tensor<float, 2>*,
                                    const Meter&);
template void embed_backward<double>(const Tokens&, const Tensor<double, 3>&,
                                     Tensor<double, 2>&, Tensor<double, 2>*,
                                     const Meter&);

}  // namespace suite
