// Learned rows that every example begins with: latents, induced points,
// queries.
#pragma once

#include <algorithm>

#include "primitives/cost.h"
#include "primitives/tensor.h"

namespace suite {

// output[batch, rows, channels], resized to fit, ← learned[rows, channels] for
// each example. A model's own copy: none of its work is counted.
template <class T>
void repeat_rows(const Tensor<T, 2>& learned, std::size_t batch,
                 Tensor<T, 3>& output, const Ledger& ledger) {
  output.resize({batch, learned.shape(0), learned.shape(1)});
  if (!ledger.computes()) return;
  for (std::size_t b = 0; b < batch; ++b) {
    std::copy(learned.begin(), learned.end(), example(output, b).data);
  }
}

// gradient[rows, channels] += d_output[batch, rows, channels] of all examples.
template <class T>
void repeat_rows_backward(const Tensor<T, 3>& d_output, Tensor<T, 2>& gradient,
                          const Ledger& ledger) {
  if (!ledger.computes()) return;
  for (std::size_t b = 0; b < d_output.shape(0); ++b) {
    const T* from = example(d_output, b).data;
    for (std::size_t i = 0; i < gradient.size(); ++i) {
      gradient.data()[i] += from[i];
    }
  }
}

// gradient[columns] += the sum of d_rows[rows, columns], to each of which one
// learned vector was written.
template <class T>
void repeat_vector_backward(MatrixView<const T> d_rows,
                            Tensor<T, 1>& gradient) {
  for (std::size_t r = 0; r < d_rows.rows; ++r) {
    for (std::size_t c = 0; c < d_rows.cols; ++c) {
      gradient(c) += d_rows.row(r)[c];
    }
  }
}

}  // namespace suite
