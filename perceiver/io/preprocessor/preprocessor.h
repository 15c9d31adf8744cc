// One modality's way from a raw array to rows that an encoder reads (Jaegle et
// al. 2022, App. E to H).
#pragma once

#include <variant>

#include "perceiver/io/preprocessor/grid_preprocessor.h"
#include "perceiver/io/preprocessor/point_preprocessor.h"
#include "perceiver/io/preprocessor/text_preprocessor.h"

namespace suite {

template <class T>
class Preprocessor {
 public:
  Preprocessor(const Modality& modality, const Semantics& semantics);

  using Workspace = std::variant<typename TextPreprocessor<T>::Workspace,
                                 typename GridPreprocessor<T>::Workspace,
                                 typename PointPreprocessor<T>::Workspace>;
  Workspace workspace() const;

  // raw → rows[batch, N, C], of the workspace or the raw array itself. Throws
  // Error for an array of another shape than the model's.
  const Tensor<T, 3>& forward(const RawInput<T>& raw, Workspace& workspace,
                              Ledger& ledger) const;
  void for_each_parameter(const std::string& name,
                          const ParameterVisitor<T>& visit);
  // Of batch norms, which learn no gradient: visited when weights are loaded.
  void for_each_statistic(const std::string& name,
                          const ParameterVisitor<T>& visit);
  // The embedding that a decoder of text shares, [vocabulary, C]; else null.
  const Tensor<T, 2>* vocabulary() const;

  // Array of the right shape for a batch, with no value set.
  RawArray<T> blank(std::size_t batch) const;

 private:
  using Kind = std::variant<TextPreprocessor<T>, GridPreprocessor<T>,
                            PointPreprocessor<T>>;
  static Kind kind_of(const Modality& modality, const Semantics& semantics);

  Kind kind_;
};

}  // namespace suite
