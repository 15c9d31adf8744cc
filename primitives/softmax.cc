#include "primitives/softmax.h"

#include <limits>
#include <numbers>

#include "primitives/simd.h"

namespace suite {
namespace {

template <class T>
constexpr T kMinusInfinity = -std::numeric_limits<T>::infinity();

template <class T>
T maximum_of(const T* row, std::size_t cols) {
  Vec<T> lanes(kMinusInfinity<T>);
  std::size_t c = 0;
  for (; c + kLanes<T> <= cols; c += kLanes<T>) {
    lanes = xsimd::max(lanes, load(row + c));
  }
  std::array<T, kLanes<T>> each;
  store(each.data(), lanes);
  T maximum = kMinusInfinity<T>;
  for (const T lane : each) maximum = lane > maximum ? lane : maximum;
  for (; c < cols; ++c) maximum = row[c] > maximum ? row[c] : maximum;
  return maximum;
}

// row ← e^(row − maximum); returns the sum.
template <class T>
T exponentiate(T* row, std::size_t cols, T maximum) {
  const auto weight = [shift = Vec<T>(maximum)](const Vec<T>& logit) {
    return power_of_two((logit - shift) * Vec<T>(std::numbers::log2e));
  };
  Vec<T> lanes(T(0));
  std::size_t c = 0;
  for (; c + kLanes<T> <= cols; c += kLanes<T>) {
    const Vec<T> w = weight(load(row + c));
    lanes += w;
    store(row + c, w);
  }
  T sum = sum_lanes(lanes);
  for (; c < cols; ++c) {
    std::array<T, kLanes<T>> one;
    store(one.data(), weight(Vec<T>(row[c])));
    sum += row[c] = one[0];
  }
  return sum;
}

}  // namespace

template <class T>
void softmax_rows(MatrixView<T> logits, const std::uint8_t* valid,
                  const Meter& meter) {
  const Work work{.logits = logits.rows * logits.cols,
                  .bytes_moved = 2 * sizeof(T) * logits.rows * logits.cols};
  if (!meter.add(work)) return;
#pragma omp parallel for schedule(static)
  for (std::size_t r = 0; r < logits.rows; ++r) {
    T* row = logits.row(r);
    for (std::size_t c = 0; valid != nullptr && c < logits.cols; ++c) {
      if (valid[c] == 0) row[c] = kMinusInfinity<T>;
    }
    const T maximum = maximum_of(row, logits.cols);
    if (maximum == kMinusInfinity<T>) {
      // No valid column, unless the row holds NaN: then it stays visible.
      for (std::size_t c = 0; c < logits.cols; ++c) {
        row[c] = row[c] == row[c] ? T(0) : row[c];
      }
      continue;
    }
    const T inverse = 1 / exponentiate(row, logits.cols, maximum);
#pragma omp simd
    for (std::size_t c = 0; c < logits.cols; ++c) row[c] *= inverse;
  }
}

template void softmax_rows<float>(MatrixView<float>, const std::uint8_t*,
                                  const Meter&);
template void softmax_rows<double>(MatrixView<double>, const std::uint8_t*,
                                   const Meter&);

}  // namespace suite
