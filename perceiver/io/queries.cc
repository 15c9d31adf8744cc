#include "perceiver/io/queries.h"

#include <algorithm>

#include "primitives/layers/learned_rows.h"

namespace suite {

template <class T>
Queries<T>::Queries(const QueryConfig& config, std::size_t channels)
    : config_(config), positions_(config.positions, config.extents) {
  require(config.positions.projected == 0 && !config.positions.added,
          "{}: queries are positions as they are", config.name);
  if (!are_inputs()) padding_.resize({channels - positions_.width()});
}

template <class T>
void Queries<T>::write(std::size_t first, std::span<const std::size_t> named,
                       const Tensor<T, 3>& inputs, Tensor<T, 3>& to) const {
  if (are_inputs()) return copy_inputs(first, named, inputs, to);
  const MatrixView<T> rows = example(to, 0);
  const MatrixView<T> own = rows.columns(0, positions_.width());
  if (named.empty()) {
    positions_.write(first, rows.rows, own);
  } else {
    positions_.write(named.subspan(first, rows.rows), own);
  }
  for (std::size_t r = 0; r < rows.rows; ++r) {
    std::copy(padding_.begin(), padding_.end(), rows.row(r) + own.cols);
  }
  for (std::size_t b = 1; b < to.shape(0); ++b) {
    std::copy_n(rows.data, rows.rows * rows.cols, example(to, b).data);
  }
}

template <class T>
void Queries<T>::copy_inputs(std::size_t first,
                             std::span<const std::size_t> named,
                             const Tensor<T, 3>& inputs,
                             Tensor<T, 3>& to) const {
  require(inputs.shape(1) == count() && inputs.shape(2) == to.shape(2),
          "{}: {} inputs of {} channels as queries, the model takes {} of {}",
          name(), inputs.shape(1), inputs.shape(2), count(), to.shape(2));
  for (std::size_t b = 0; b < to.shape(0); ++b) {
    const MatrixView<const T> from = example(inputs, b);
    const MatrixView<T> rows = example(to, b);
    for (std::size_t r = 0; r < rows.rows; ++r) {
      const std::size_t row = named.empty() ? first + r : named[first + r];
      require(row < from.rows, "output {}: there are {}", row, from.rows);
      std::copy_n(from.row(row), from.cols, rows.row(r));
    }
  }
}

template <class T>
void Queries<T>::write_backward(std::size_t first,
                                std::span<const std::size_t> named,
                                const Tensor<T, 3>& d_to, Queries& gradient,
                                Tensor<T, 3>* d_inputs) const {
  for (std::size_t b = 0; b < d_to.shape(0); ++b) {
    const MatrixView<const T> rows = example(d_to, b);
    if (!are_inputs()) {
      const MatrixView<const T> own = rows.columns(0, positions_.width());
      if (named.empty()) {
        positions_.write_backward(first, own, gradient.positions_);
      } else {
        positions_.write_backward(named.subspan(first, rows.rows), own,
                                  gradient.positions_);
      }
      repeat_vector_backward(rows.columns(own.cols, padding_.size()),
                             gradient.padding_);
      continue;
    }
    for (std::size_t r = 0; d_inputs != nullptr && r < rows.rows; ++r) {
      const std::size_t row = named.empty() ? first + r : named[first + r];
      T* to = example(*d_inputs, b).row(row);
      for (std::size_t c = 0; c < rows.cols; ++c) to[c] += rows.row(r)[c];
    }
  }
}

template <class T>
void Queries<T>::for_each_parameter(const std::string& name,
                                    const ParameterVisitor<T>& visit) {
  positions_.for_each_parameter(name + ".queries", visit);
  if (padding_.size() > 0) {
    visit_tensor(visit, name + ".padding", padding_, Init::latent);
  }
}

template class Queries<float>;
template class Queries<double>;

}  // namespace suite
