// A point is told by where it stands: its Fourier features are its row.
#include <algorithm>

#include "perceiver/io/rows.h"
#include "primitives/layers/positions.h"

namespace suite {
namespace {

template <class T>
class PointRows : public Rows<T> {
 public:
  explicit PointRows(const PointInput& points) : points_(points) {
    require(points.positions.kind == PositionConfig::Kind::fourier &&
                points.positions.resolution.size() == points.dims,
            "points of {} dimensions: Fourier positions with a resolution for "
            "each are allowed",
            points.dims);
  }

  const Tensor<T, 3>& forward(const RawInput<T>& raw,
                              Ledger& ledger) override {
    const Tensor<T, 3>& at = *raw.values;
    require(at.shape(2) == points_.dims,
            "points of {} dimensions: the model takes {}", at.shape(2),
            points_.dims);
    const std::size_t width = points_.positions.width(points_.dims);
    rows_.resize({at.shape(0), at.shape(1), width});
    const Meter meter = ledger[Part::position_encoding];
    if (!meter.add({.bytes_moved = bytes_of(at) + bytes_of(rows_)})) {
      return rows_;
    }
    points_at_.resize({all_rows(at).rows, points_.dims});
    std::copy(at.begin(), at.end(), points_at_.begin());
    fourier_features_at<T>(matrix(points_at_), points_.positions.resolution,
                           points_.positions.bands, all_rows(rows_));
    return rows_;
  }

  void for_each_parameter(const std::string&,
                          const ParameterVisitor<T>&) override {}

  RawArray<T> blank(std::size_t batch) const override {
    RawArray<T> raw;
    raw.values.resize({batch, points_.points, points_.dims});
    return raw;
  }

 private:
  PointInput points_;
  Tensor<double, 2> points_at_;  // [batch·N, dims]
  Tensor<T, 3> rows_;  // [batch, N, features]
};

}  // namespace

template <class T>
std::unique_ptr<Rows<T>> make_point_rows(const PointInput& points) {
  return std::make_unique<PointRows<T>>(points);
}

template std::unique_ptr<Rows<float>> make_point_rows<float>(
    const PointInput&);
template std::unique_ptr<Rows<double>> make_point_rows<double>(
    const PointInput&);

}  // namespace suite
