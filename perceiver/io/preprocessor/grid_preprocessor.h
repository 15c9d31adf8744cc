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
  void for_each_parameter(const std::string& name,
                          const ParameterVisitor<T>& visit);
  void for_each_statistic(const std::string& name,
                          const ParameterVisitor<T>& visit);
  RawArray<T> blank(std::size_t batch) const;

 private:
  using Shape3 = std::array<std::size_t, 3>;

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
