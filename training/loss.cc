#include "training/loss.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "primitives/simd.h"
#include "support/check.h"
#include "training/lanes.h"
#include "training/reduction.h"

namespace suite {
namespace {

std::size_t counted_rows(std::span<const std::int32_t> labels,
                         std::size_t classes) {
  std::size_t counted = 0;
  for (std::size_t r = 0; r < labels.size(); ++r) {
    if (labels[r] < 0) continue;
    require(
        static_cast<std::size_t>(labels[r]) < classes,
        "cross-entropy: the label of row {} is {}; allowed are 0 to {}, and "
        "less for a row that doesn't count",
        r, labels[r], classes - 1);
    ++counted;
  }
  require(counted > 0,
          "cross-entropy: all {} labels are negative, so no row counts",
          labels.size());
  return counted;
}

template <class T>
T maximum_of(const T* row, std::size_t count) {
  T maximum = -std::numeric_limits<T>::infinity();
#pragma omp simd reduction(max : maximum)
  for (std::size_t i = 0; i < count; ++i) {
    maximum = row[i] > maximum ? row[i] : maximum;
  }
  return maximum;
}

// What a row's loss is made of, beside its logits.
struct Target {
  std::size_t label = 0;
  double smoothing = 0;
  double share = 0;  // of the row in the mean
};

// gradient[classes] ← share·(softmax(logits) − q). Returns the row's loss.
template <class T>
double row_loss(const T* logits, std::size_t classes, const Target& target,
                T* gradient) {
  const T maximum = maximum_of(logits, classes);
  for_each_vector<T>(classes, [&](const auto& lanes) {
    const Vec<T> shifted = lanes.load(logits) - Vec<T>(maximum);
    lanes.store(gradient, power_of_two(shifted * Vec<T>(std::numbers::log2e)));
  });
  const double sum =
      sum_of(gradient, classes, [](double weight) { return weight; });
  const Vec<T> scale(static_cast<T>(target.share / sum));
  const double spread = target.smoothing / static_cast<double>(classes);
  const Vec<T> off(static_cast<T>(target.share * spread));
  for_each_vector<T>(classes, [&](const auto& lanes) {
    lanes.store(gradient, xsimd::fms(lanes.load(gradient), scale, off));
  });
  gradient[target.label] -=
      static_cast<T>(target.share * (1 - target.smoothing));
  // Relative to the largest logit: Σ q is 1.
  const auto relative = [top = static_cast<double>(maximum)](double logit) {
    return logit - top;
  };
  double loss =
      std::log(sum) - (1 - target.smoothing) *
                          relative(static_cast<double>(logits[target.label]));
  // A class may be ruled out by −∞ where nothing is spread over classes.
  if (spread > 0) loss -= spread * sum_of(logits, classes, relative);
  return loss;
}

// gradient[count] ← scale·(output − target). Returns Σ (output − target)².
template <class T>
double row_of_squares(const T* output, const T* target, std::size_t count,
                      T scale, T* gradient) {
  for_each_vector<T>(count, [&](const auto& lanes) {
    lanes.store(gradient, lanes.load(output) - lanes.load(target));
  });
  const double sum = sum_of_squares(gradient, count);
  for_each_vector<T>(count, [&](const auto& lanes) {
    lanes.store(gradient, lanes.load(gradient) * Vec<T>(scale));
  });
  return sum;
}

}  // namespace

template <class T>
double cross_entropy(const Tensor<T, 3>& logits,
                     std::span<const std::int32_t> labels, double smoothing,
                     Tensor<T, 3>& gradient, const Meter& meter) {
  const MatrixView<const T> from = all_rows(logits);
  require(labels.size() == from.rows,
          "cross-entropy: {} labels for logits[{}]; each row has one",
          labels.size(), fmt::join(logits.shape(), ", "));
  require(&gradient != &logits,
          "cross-entropy: the gradient can't take the place of the logits");
  require(smoothing >= 0 && smoothing < 1,
          "cross-entropy: smoothing = {}: allowed is 0 to below 1", smoothing);
  gradient.resize(logits.shape());
  if (!meter.add({.logits = logits.size(),
                  .bytes_moved = 2 * bytes_of(logits) + labels.size_bytes()})) {
    return 0;
  }
  const double share = 1 / static_cast<double>(counted_rows(labels, from.cols));
  const MatrixView<T> to = all_rows(gradient);
  const double sum = sum_over_rows(from.rows, [&](std::size_t r) {
    if (labels[r] < 0) {
      std::fill_n(to.row(r), to.cols, T(0));
      return 0.0;
    }
    const Target target{static_cast<std::size_t>(labels[r]), smoothing, share};
    return row_loss(from.row(r), from.cols, target, to.row(r));
  });
  return sum * share;
}

template <class T>
double mean_square(const Tensor<T, 3>& output, const Tensor<T, 3>& target,
                   const Mask& mask, Tensor<T, 3>& gradient,
                   const Meter& meter) {
  require(output.shape() == target.shape(),
          "mean square: output[{}] and target[{}] must have one shape",
          fmt::join(output.shape(), ", "), fmt::join(target.shape(), ", "));
  require(mask.size() == 0 || (mask.shape(0) == output.shape(0) &&
                               mask.shape(1) == output.shape(1)),
          "mean square: mask[{}] doesn't fit output[{}]",
          fmt::join(mask.shape(), ", "), fmt::join(output.shape(), ", "));
  gradient.resize(output.shape());
  if (!meter.add({.bytes_moved = 3 * bytes_of(output)})) return 0;
  const MatrixView<const T> from = all_rows(output), wanted = all_rows(target);
  const auto counts = [&](std::size_t r) {
    return mask.size() == 0 || mask.data()[r] != 0;
  };
  std::size_t counted = 0;
  for (std::size_t r = 0; r < from.rows; ++r) counted += counts(r);
  counted *= from.cols;
  require(counted > 0, "mean square: no row of output[{}] counts",
          fmt::join(output.shape(), ", "));
  const MatrixView<T> to = all_rows(gradient);
  const T scale = static_cast<T>(2 / static_cast<double>(counted));
  const double sum = sum_over_rows(from.rows, [&](std::size_t r) {
    if (!counts(r)) {
      std::fill_n(to.row(r), to.cols, T(0));
      return 0.0;
    }
    return row_of_squares(from.row(r), wanted.row(r), from.cols, scale,
                          to.row(r));
  });
  return sum / static_cast<double>(counted);
}

template double cross_entropy<float>(const Tensor<float, 3>&,
                                     std::span<const std::int32_t>, double,
                                     Tensor<float, 3>&, const Meter&);
template double cross_entropy<double>(const Tensor<double, 3>&,
                                      std::span<const std::int32_t>, double,
                                      Tensor<double, 3>&, const Meter&);
template double mean_square<float>(const Tensor<float, 3>&,
                                   const Tensor<float, 3>&, const Mask&,
                                   Tensor<float, 3>&, const Meter&);
template double mean_square<double>(const Tensor<double, 3>&,
                                    const Tensor<double, 3>&, const Mask&,
                                    Tensor<double, 3>&, const Meter&);

}  // namespace suite
