#include "perceiver/io/preprocessor/point_preprocessor.h"

#include <algorithm>

#include "primitives/layers/positions.h"

namespace suite {

template <class T>
PointPreprocessor<T>::PointPreprocessor(const PointInput& points)
    : points_(points) {
  require(points.positions.kind == PositionConfig::Kind::fourier &&
              points.positions.resolution.size() == points.dims,
          "points of {} dimensions: Fourier positions with a resolution for "
          "each are allowed",
          points.dims);
}

template <class T>
const Tensor<T, 3>& PointPreprocessor<T>::forward(const RawInput<T>& raw,
                                                  Workspace& workspace,
                                                  Ledger& ledger) const {
  const Tensor<T, 3>& at = *raw.values;
  Tensor<T, 3>& rows = workspace.rows;
  require(at.shape(2) == points_.dims,
          "points of {} dimensions: the model takes {}", at.shape(2),
          points_.dims);
  const std::size_t width = points_.positions.width(points_.dims);
  rows.resize({at.shape(0), at.shape(1), width});
  const Meter meter = ledger[Part::position_encoding];
  if (!meter.add({.bytes_moved = bytes_of(at) + bytes_of(rows)})) return rows;
  workspace.points.resize({all_rows(at).rows, points_.dims});
  std::copy(at.begin(), at.end(), workspace.points.begin());
  fourier_features_at<T>(matrix(std::as_const(workspace.points)),
                         points_.positions.resolution, points_.positions.bands,
                         all_rows(rows));
  return rows;
}

template <class T>
void PointPreprocessor<T>::backward(const Tensor<T, 3>& d_rows,
                                    const Workspace& workspace,
                                    Tensor<T, 3>* d_raw,
                                    Ledger& ledger) const {
  if (d_raw == nullptr) return;
  if (!ledger[Part::position_encoding].add(
          {.bytes_moved = 2 * bytes_of(d_rows) + 2 * bytes_of(*d_raw)})) {
    return;
  }
  fourier_features_backward<T>(all_rows(workspace.rows), all_rows(d_rows),
                               points_.positions.resolution,
                               points_.positions.bands, all_rows(*d_raw));
}

template <class T>
RawArray<T> PointPreprocessor<T>::blank(std::size_t batch) const {
  RawArray<T> raw;
  raw.values.resize({batch, points_.points, points_.dims});
  return raw;
}

template class PointPreprocessor<float>;
template class PointPreprocessor<double>;

}  // namespace suite
