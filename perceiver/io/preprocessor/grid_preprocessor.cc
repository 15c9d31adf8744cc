#include "perceiver/io/preprocessor/grid_preprocessor.h"

#include <algorithm>

namespace suite {

template <class T>
GridPreprocessor<T>::GridPreprocessor(const Modality& modality,
                                      const Semantics& semantics)
    : name_(modality.name),
      grid_(std::get<GridInput>(modality.input)),
      channels_(channels_of(modality)),
      positions_(grid_.positions, rows_of(modality, semantics)) {
  cut_ = {grid_.extents, grid_.patch, grid_.channels};
  if (cut_.patch.empty()) cut_.patch.assign(cut_.extents.size(), 1);
  while (cut_.extents.size() < 3) {
    cut_.extents.insert(cut_.extents.begin(), 1);
    cut_.patch.insert(cut_.patch.begin(), 1);
  }
  values_ = grid_.channels * elements(cut_.patch);
  if (grid_.map == GridInput::Map::linear) {
    map_ = Linear<T>(values_, grid_.mapped);
    values_ = grid_.mapped;
  } else if (grid_.map == GridInput::Map::convolution) {
    stem_.emplace(grid_, semantics.same_padding);
    values_ = grid_.mapped;
  }
}

template <class T>
const Tensor<T, 3>& GridPreprocessor<T>::forward(const RawInput<T>& raw,
                                                 Workspace& workspace,
                                                 Ledger& ledger) const {
  require_shape(*raw.values);
  const Tensor<T, 3>& patches = cut(*raw.values, workspace, ledger);
  if (is_bare()) return patches;
  size_rows(patches.shape(0), workspace, ledger);
  write_values(patches, workspace, ledger);
  write_learned_positions(workspace, ledger);
  return workspace.rows;
}

template <class T>
void GridPreprocessor<T>::backward(const RawInput<T>& raw,
                                   const Tensor<T, 3>& d_rows,
                                   const Workspace& forward, Backward& w,
                                   GridPreprocessor& gradient,
                                   Tensor<T, 3>* d_raw, Ledger& ledger) const {
  if (is_bare()) {
    if (d_raw != nullptr) cut_backward(d_rows, *d_raw, ledger);
    return;
  }
  if (positions_.learns()) {
    const BatchView<const T> all(d_rows);
    positions_.write_backward(
        all.columns(grid_.positions.added ? 0 : values_, positions_.width()),
        gradient.positions_, ledger);
  }
  const Tensor<T, 3>& patches = cut_before(*raw.values, forward);
  values_backward(patches, d_rows, forward, w, gradient,
                  d_raw == nullptr ? nullptr : &w.d_patches, ledger);
  if (d_raw != nullptr) cut_backward(w.d_patches, *d_raw, ledger);
}

// d_patches ← the gradient of patches, unless it is null.
template <class T>
void GridPreprocessor<T>::values_backward(
    const Tensor<T, 3>& patches, const Tensor<T, 3>& d_rows,
    const Workspace& forward, Backward& w, GridPreprocessor& gradient,
    Tensor<T, 3>* d_patches, Ledger& ledger) const {
  const BatchView<const T> d_values =
      BatchView<const T>(d_rows).columns(0, values_);
  if (d_patches != nullptr) d_patches->resize(patches.shape());
  if (grid_.map == GridInput::Map::linear) {
    linear_gradient<T>(patches, d_values, gradient.map_,
                       ledger[Part::input_projection]);
    if (d_patches == nullptr) return;
    linear_input_gradient<T>(d_values, map_, *d_patches, Onto::nothing,
                             ledger[Part::input_projection]);
    return;
  }
  if (!stem_ && d_patches == nullptr) return;
  Tensor<T, 3>& own = stem_ ? w.d_values : *d_patches;
  own.resize({d_rows.shape(0), d_rows.shape(1), values_});
  if (ledger[Part::position_encoding].add(
          {.bytes_moved = 2 * bytes_of(own)})) {
    for (std::size_t r = 0; r < all_rows(own).rows; ++r) {
      std::copy_n(all_rows(d_values).row(r), values_, all_rows(own).row(r));
    }
  }
  if (!stem_) return;
  if (d_patches != nullptr && ledger.computes()) d_patches->fill(T(0));
  stem_->backward(patches, own, forward.stem, w.stem, *gradient.stem_,
                  d_patches, ledger);
}

// d_values, of the raw array's shape, += what d_patches says.
template <class T>
void GridPreprocessor<T>::cut_backward(const Tensor<T, 3>& d_patches,
                                       Tensor<T, 3>& d_values,
                                       Ledger& ledger) const {
  if (!is_line()) {
    cut_patches_backward(d_patches, cut_, d_values,
                         ledger[Part::position_encoding]);
    return;
  }
  if (!ledger.computes()) return;
  for (std::size_t i = 0; i < d_values.size(); ++i) {
    d_values.data()[i] += d_patches.data()[i];
  }
}

template <class T>
void GridPreprocessor<T>::for_each_parameter(const std::string& name,
                                             const ParameterVisitor<T>& visit) {
  if (map_.weight.size() > 0) map_.for_each_parameter(name + ".map", visit);
  if (stem_) stem_->for_each_parameter(name, visit);
  positions_.for_each_parameter(name + ".positions", visit);
}

template <class T>
void GridPreprocessor<T>::for_each_statistic(const std::string& name,
                                             const ParameterVisitor<T>& visit) {
  if (stem_) stem_->for_each_statistic(name, visit);
}

template <class T>
RawArray<T> GridPreprocessor<T>::blank(std::size_t batch) const {
  RawArray<T> raw;
  raw.values.resize(shape(batch));
  return raw;
}

template <class T>
auto GridPreprocessor<T>::shape(std::size_t batch) const -> Shape3 {
  if (is_line()) return {batch, grid_.extents[0], grid_.channels};
  return {batch, cut_.extents[0] * grid_.channels,
          cut_.extents[1] * cut_.extents[2]};
}

template <class T>
void GridPreprocessor<T>::require_shape(const Tensor<T, 3>& values) const {
  const Shape3 wanted = shape(values.shape(0));
  require(values.shape(1) == wanted[1] && values.shape(2) == wanted[2],
          "{}: an array of [{}, {}, {}]; the model takes [{}, {}, {}]", name_,
          values.shape(0), values.shape(1), values.shape(2), wanted[0],
          wanted[1], wanted[2]);
}

// Values of a line stand patch by patch already.
template <class T>
const Tensor<T, 3>& GridPreprocessor<T>::cut(const Tensor<T, 3>& values,
                                             Workspace& workspace,
                                             Ledger& ledger) const {
  Tensor<T, 3>& patches = workspace.patches;
  if (is_line() && cut_.patch[2] == 1) return values;
  if (is_line()) {
    patches.resize({values.shape(0), cut_.extents[2] / cut_.patch[2],
                    cut_.patch[2] * grid_.channels});
    if (ledger[Part::position_encoding].add(
            {.bytes_moved = 2 * bytes_of(values)})) {
      std::copy(values.begin(), values.end(), patches.begin());
    }
    return patches;
  }
  cut_patches(values, cut_, patches, ledger[Part::position_encoding]);
  return patches;
}

// Fixed positions stand beside the values for good.
template <class T>
void GridPreprocessor<T>::size_rows(std::size_t batch, Workspace& workspace,
                                    Ledger& ledger) const {
  const Shape3 wanted{batch, positions_.count(), channels_};
  const bool fixed = grid_.positions.kind == PositionConfig::Kind::fourier;
  if (workspace.rows.shape() == wanted && (!fixed || workspace.positioned)) {
    return;
  }
  workspace.rows.resize(wanted);
  workspace.positioned = fixed && ledger.computes();
  if (!workspace.positioned) return;
  Ledger once;  // not a part of a forward
  positions_.write(position_columns(workspace.rows), once);
}

template <class T>
void GridPreprocessor<T>::write_values(const Tensor<T, 3>& patches,
                                       Workspace& workspace,
                                       Ledger& ledger) const {
  Tensor<T, 3>& rows = workspace.rows;
  if (grid_.map == GridInput::Map::linear) {
    linear(BatchView<const T>(patches), map_,
           BatchView<T>(rows).columns(0, values_),
           ledger[Part::input_projection]);
    return;
  }
  const Tensor<T, 3>& from =
      stem_ ? stem_->forward(patches, workspace.stem, ledger) : patches;
  if (!ledger[Part::position_encoding].add(
          {.bytes_moved = 2 * bytes_of(from)})) {
    return;
  }
  for (std::size_t r = 0; r < all_rows(from).rows; ++r) {
    std::copy_n(all_rows(from).row(r), values_, all_rows(rows).row(r));
  }
}

template <class T>
void GridPreprocessor<T>::write_learned_positions(Workspace& workspace,
                                                  Ledger& ledger) const {
  if (grid_.positions.kind != PositionConfig::Kind::learned) return;
  require(!grid_.positions.added || grid_.positions.projected == 0,
          "{}: positions that are added are not mapped", name_);
  if (grid_.positions.added) return add_positions(workspace, ledger);
  positions_.write(position_columns(workspace.rows), ledger);
}

template <class T>
void GridPreprocessor<T>::add_positions(Workspace& workspace,
                                        Ledger& ledger) const {
  Tensor<T, 2>& learned = workspace.learned;
  Tensor<T, 3>& rows = workspace.rows;
  require(positions_.width() == values_,
          "{}: positions of {} channels cannot be added to {}", name_,
          positions_.width(), values_);
  learned.resize({positions_.count(), values_});
  if (!ledger[Part::position_encoding].add(
          {.bytes_moved = 2 * bytes_of(rows) + bytes_of(learned)})) {
    return;
  }
  positions_.write(0, positions_.count(), matrix(learned));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows.data()[i] += learned.data()[i % learned.size()];
  }
}

template class GridPreprocessor<float>;
template class GridPreprocessor<double>;

}  // namespace suite
