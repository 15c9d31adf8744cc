// A point is told by where it stands: its Fourier features are its row.
#pragma once

#include "perceiver/io/config.h"
#include "perceiver/io/preprocessor/raw_input.h"
#include "primitives/cost.h"

namespace suite {

template <class T>
class PointPreprocessor {
 public:
  explicit PointPreprocessor(const PointInput& points);

  struct Workspace {
    Tensor<double, 2> points;  // [batch·N, dims]
    Tensor<T, 3> rows;         // [batch, N, features]
  };
  Workspace workspace() const { return {}; }

  const Tensor<T, 3>& forward(const RawInput<T>& raw, Workspace& workspace,
                              Ledger& ledger) const;
  // Nothing is learned: d_raw[batch, N, dims] += the gradient of the points,
  // unless it is null.
  void backward(const Tensor<T, 3>& d_rows, const Workspace& workspace,
                Tensor<T, 3>* d_raw, Ledger& ledger) const;
  RawArray<T> blank(std::size_t batch) const;

 private:
  PointInput points_;
};

}  // namespace suite
