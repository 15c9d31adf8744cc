#include "primitives/cross_attention/folds.h"

#include "primitives/panels/parallel_product.h"
#include "primitives/panels/transposed_product.h"

namespace suite {
namespace {

// Of `rows` rows: each of the three reads two of these and writes the third.
template <class T>
Work work_of(std::size_t rows, std::size_t channels, std::size_t narrow,
             std::size_t heads) {
  return {.macs = rows * narrow * channels,
          .bytes_moved = sizeof(T) * (rows * narrow + channels * narrow +
                                      rows * heads * channels)};
}

// wide ← γ∘wide, or γ∘wide + β, for each head's channels.
template <class T>
void apply_norm(const LayerNorm<T>* norm, Offsets offsets, std::size_t heads,
                Tensor<T, 3>& wide) {
  if (norm == nullptr) return;
  const MatrixView<T> rows = all_rows(wide);
  const std::size_t channels = norm->scale.size();
  const T *scale = norm->scale.data(), *offset = norm->offset.data();
#pragma omp parallel for schedule(static)
  for (std::size_t i = 0; i < rows.rows * heads; ++i) {
    T* const own = rows.row(i / heads) + i % heads * channels;
    if (offsets == Offsets::with) {
      for (std::size_t c = 0; c < channels; ++c) {
        own[c] = scale[c] * own[c] + offset[c];
      }
    } else {
      for (std::size_t c = 0; c < channels; ++c) own[c] *= scale[c];
    }
  }
}

}  // namespace

template <class T>
void fold(const BatchView<const T>& narrow, const Linear<T>& map,
          const LayerNorm<T>* norm, std::size_t heads, Tensor<T, 3>& wide,
          const Meter& meter) {
  const std::size_t C = map.in(), d = map.out() / heads;
  wide.resize({narrow.batch, narrow.rows, heads * C});
  const MatrixView<const T> rows = all_rows(narrow);
  if (!meter.add(work_of<T>(rows.rows, C, map.out(), heads))) return;
  for (std::size_t h = 0; h < heads; ++h) {
    parallel_product<T>(
        rows.columns(h * d, d),
        {matrix(map.weight).columns(h * d, d), /*transpose=*/true},
        all_rows(wide).columns(h * C, C), {}, AsItIs<T>());
  }
  apply_norm(norm, Offsets::without, heads, wide);
}

template <class T>
void unfold(Tensor<T, 3>& wide, const Linear<T>& map, const LayerNorm<T>* norm,
            Offsets offsets, std::size_t heads, Tensor<T, 3>& narrow,
            const Meter& meter) {
  const std::size_t C = map.in(), d = map.out() / heads;
  narrow.resize({wide.shape(0), wide.shape(1), map.out()});
  const MatrixView<const T> rows = all_rows(wide);
  if (!meter.add(work_of<T>(rows.rows, C, map.out(), heads))) return;
  apply_norm(norm, offsets, heads, wide);
  const bool biased = offsets == Offsets::with && map.bias.size() > 0;
  for (std::size_t h = 0; h < heads; ++h) {
    parallel_product<T>(
        rows.columns(h * C, C), {matrix(map.weight).columns(h * d, d)},
        all_rows(narrow).columns(h * d, d),
        {false, biased ? map.bias.data() + h * d : nullptr}, AsItIs<T>());
  }
}

template <class T>
void add_folded_gradient(const Tensor<T, 3>& wide,
                         const BatchView<const T>& narrow, std::size_t heads,
                         MatrixView<T> gradient, const Meter& meter) {
  const std::size_t C = gradient.rows, d = gradient.cols / heads;
  const MatrixView<const T> rows = all_rows(wide);
  if (!meter.add(work_of<T>(rows.rows, C, gradient.cols, heads))) return;
  for (std::size_t h = 0; h < heads; ++h) {
    add_transposed_product<T>(rows.columns(h * C, C),
                              all_rows(narrow).columns(h * d, d),
                              gradient.columns(h * d, d));
  }
}

#define SUITE_FOLDS(T)                                                         \
  template void fold<T>(const BatchView<const T>&, const Linear<T>&,           \
                        const LayerNorm<T>*, std::size_t, Tensor<T, 3>&,       \
                        const Meter&);                                         \
  template void unfold<T>(Tensor<T, 3>&, const Linear<T>&,                     \
                          const LayerNorm<T>*, Offsets, std::size_t,           \
                          Tensor<T, 3>&, const Meter&);                        \
  template void add_folded_gradient<T>(const Tensor<T, 3>&,                    \
                                       const BatchView<const T>&, std::size_t, \
                                       MatrixView<T>, const Meter&)

SUITE_FOLDS(float);
SUITE_FOLDS(double);

#undef SUITE_FOLDS

}  // namespace suite
