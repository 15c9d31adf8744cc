#include "training/classifier/classification_head.h"

#include <algorithm>

#include "support/check.h"

namespace suite {
namespace {

// f(row, share): which rows of an example are averaged, and how much of the mean
// each is.
template <class T, class F>
void for_each_averaged(const Tensor<T, 3>& rows, const Mask& mask,
                       std::size_t example, const F& f) {
  const std::size_t count = rows.shape(1);
  const std::uint8_t* valid = mask.size() > 0 ? &mask(example, 0) : nullptr;
  std::size_t counted = count;
  if (valid != nullptr) {
    counted = static_cast<std::size_t>(
        std::count_if(valid, valid + count, [](auto v) { return v != 0; }));
  }
  const T share = counted > 0 ? T(1) / static_cast<T>(counted) : T(0);
  for (std::size_t r = 0; r < count; ++r) {
    if (valid == nullptr || valid[r] != 0) f(r, share);
  }
}

template <class T>
Work averaging_work(const Tensor<T, 3>& rows) {
  return {.bytes_moved =
              sizeof(T) * (rows.size() + rows.shape(0) * rows.shape(2))};
}

}  // namespace

template <class T>
ClassificationHead<T>::ClassificationHead(std::size_t channels,
                                          std::size_t outputs,
                                          std::size_t classes)
    : outputs_(outputs), map_(channels, classes) {}

template <class T>
const Tensor<T, 3>& ClassificationHead<T>::forward(const Tensor<T, 3>& rows,
                                                   const Mask& mask,
                                                   Workspace& workspace,
                                                   Ledger& ledger) const {
  require(!averages(rows) || outputs_ == 1,
          "an answer of {} rows, where an example has {} labels: as many "
          "queries are needed, or rows",
          rows.shape(1), outputs_);
  const Tensor<T, 3>* pooled = &rows;
  if (averages(rows)) {
    const std::size_t batch = rows.shape(0), channels = rows.shape(2);
    workspace.pooled.resize({batch, 1, channels});
    pooled = &workspace.pooled;
    const Meter meter = ledger[Part::output_projection];
    if (meter.add(averaging_work(rows))) {
      workspace.pooled.fill(T(0));
      for (std::size_t b = 0; b < batch; ++b) {
        T* mean = &workspace.pooled(b, 0, 0);
        for_each_averaged(rows, mask, b, [&](std::size_t r, T share) {
          const T* row = &rows(b, r, 0);
          for (std::size_t c = 0; c < channels; ++c) mean[c] += share * row[c];
        });
      }
    }
  }
  linear(*pooled, map_, workspace.logits, ledger[Part::output_projection]);
  return workspace.logits;
}

template <class T>
const Tensor<T, 3>& ClassificationHead<T>::backward(
    const Tensor<T, 3>& rows, const Mask& mask, const Tensor<T, 3>& d_logits,
    Workspace& workspace, ClassificationHead& gradient, Ledger& ledger) const {
  const bool averaged = averages(rows);
  const Tensor<T, 3>& pooled = averaged ? workspace.pooled : rows;
  linear_gradient<T>(pooled, d_logits, gradient.map_,
                     ledger[Part::output_projection]);
  const std::size_t batch = rows.shape(0), channels = rows.shape(2);
  workspace.d_rows.resize({batch, rows.shape(1), channels});
  Tensor<T, 3>& d_pooled = averaged ? workspace.d_pooled : workspace.d_rows;
  d_pooled.resize({batch, outputs_, channels});
  linear_input_gradient<T>(d_logits, map_, d_pooled, Onto::nothing,
                           ledger[Part::output_projection]);
  if (!averaged) return workspace.d_rows;
  const Meter meter = ledger[Part::output_projection];
  if (!meter.add(averaging_work(rows))) return workspace.d_rows;
  workspace.d_rows.fill(T(0));
  for (std::size_t b = 0; b < batch; ++b) {
    const T* mean = &d_pooled(b, 0, 0);
    for_each_averaged(rows, mask, b, [&](std::size_t r, T share) {
      T* row = &workspace.d_rows(b, r, 0);
      for (std::size_t c = 0; c < channels; ++c) row[c] = share * mean[c];
    });
  }
  return workspace.d_rows;
}

template <class T>
void ClassificationHead<T>::for_each_parameter(
    const ParameterVisitor<T>& visit) {
  map_.for_each_parameter("head", visit);
}

template class ClassificationHead<float>;
template class ClassificationHead<double>;

}  // namespace suite
