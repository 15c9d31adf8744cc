// Elements of a grid are cut into patches, mapped, and told where they stand.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "perceiver/io/preprocessor/grid_positions.h"
#include "perceiver/io/preprocessor/patches.h"
#include "perceiver/io/preprocessor/raw_input.h"
#include "perceiver/io/preprocessor/stem.h"

namespace suite {

template <class T>
class GridPreprocessor {
 public:
  GridPreprocessor(const Modality& modality, const Semantics& semantics);

  struct Workspace {
    Tensor<T, 3> patches;  // [batch, N, patch·channels]
    typename Stem<T>::Workspace stem;
    Tensor<T, 2> learned;     // positions [N, C], where they are added
    Tensor<T, 3> rows;        // [batch, N, C]
    bool positioned = false;  // fixed positions are in the rows
  };
  Workspace workspace() const { return {}; }

  const Tensor<T, 3>& forward(const RawInput<T>& raw, Workspace& workspace,
                              Ledger& ledger) const;
  // What backward needs while it runs.
  struct Backward {
    Tensor<T, 3> d_values;   // [batch, N, values], of rows
    Tensor<T, 3> d_patches;  // as patches, where the raw array's is wanted
    typename Stem<T>::Backward stem;
  };
  // Of the workspace's last forward: gradient += what d_rows[batch, N, C] says,
  // and d_raw += the raw array's gradient, unless it is null.
  void backward(const RawInput<T>& raw, const Tensor<T, 3>& d_rows,
                const Workspace& forward, Backward& workspace,
                GridPreprocessor& gradient, Tensor<T, 3>* d_raw,
                Ledger& ledger) const;
  bool learns() const {
    return grid_.map != GridInput::Map::none || positions_.learns();
  }
  void for_each_parameter(const std::string& name,
                          const ParameterVisitor<T>& visit);
  void for_each_statistic(const std::string& name,
                          const ParameterVisitor<T>& visit);
  RawArray<T> blank(std::size_t batch) const;

 private:
  using Shape3 = std::array<std::size_t, 3>;

  // Rows are patches as they are.
  bool is_bare() const {
    return grid_.map == GridInput::Map::none &&
           grid_.positions.kind == PositionConfig::Kind::none;
  }
  bool is_line() const { return grid_.extents.size() == 1; }
  Shape3 shape(std::size_t batch) const;
  void require_shape(const Tensor<T, 3>& values) const;
  // Where positions stand: beside the values.
  BatchView<T> position_columns(Tensor<T, 3>& rows) const {
    return BatchView<T>(rows).columns(values_, positions_.width());
  }

  const Tensor<T, 3>& cut(const Tensor<T, 3>& values, Workspace& workspace,
                          Ledger& ledger) const;
  void size_rows(std::size_t batch, Workspace& workspace, Ledger& ledger) const;
  void write_values(const Tensor<T, 3>& patches, Workspace& workspace,
                    Ledger& ledger) const;
  void write_learned_positions(Workspace& workspace, Ledger& ledger) const;
  // What cut() returned.
  const Tensor<T, 3>& cut_before(const Tensor<T, 3>& values,
                                 const Workspace& workspace) const {
    return is_line() && cut_.patch[2] == 1 ? values : workspace.patches;
  }
  void values_backward(const Tensor<T, 3>& patches, const Tensor<T, 3>& d_rows,
                       const Workspace& forward, Backward& workspace,
                       GridPreprocessor& gradient, Tensor<T, 3>* d_patches,
                       Ledger& ledger) const;
  void cut_backward(const Tensor<T, 3>& d_patches, Tensor<T, 3>& d_values,
                    Ledger& ledger) const;
  void add_positions(Workspace& workspace, Ledger& ledger) const;

  std::string name_;
  GridInput grid_;
  Cut cut_;
  std::size_t channels_;    // C
  std::size_t values_ = 0;  // of them, those of a mapped patch
  Linear<T> map_;
  std::optional<Stem<T>> stem_;
  GridPositions<T> positions_;
};

}  // namespace suite
