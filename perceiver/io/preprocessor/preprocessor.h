// One modality's way from a raw array to rows that an encoder reads (Jaegle et
// al. 2022, App. E to H).
#pragma once

#include <variant>

#include "perceiver/io/preprocessor/grid_preprocessor.h"
#include "perceiver/io/preprocessor/point_preprocessor.h"
#include "perceiver/io/preprocessor/text_preprocessor.h"

namespace suite {

// What a backward needs while it runs.
template <class T>
struct PreprocessorBackward {
  Tensor<T, 3> d_rows;  // [batch, N, C], where they stand among others
  typename GridPreprocessor<T>::Backward grid;
};

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
  // Of the workspace's last forward: gradient += what d_rows[batch, N, C] says,
  // and d_raw += the raw array's gradient, unless it is null. Throws Error if
  // tokens' is asked for: there is none.
  void backward(const RawInput<T>& raw, const Tensor<T, 3>& d_rows,
                const Workspace& forward, PreprocessorBackward<T>& workspace,
                Preprocessor& gradient, Tensor<T, 3>* d_raw,
                Ledger& ledger) const;
  bool learns() const;
  void for_each_parameter(const std::string& name,
                          const ParameterVisitor<T>& visit);
  // Of batch norms, which learn no gradient: visited when weights are loaded.
  void for_each_statistic(const std::string& name,
                          const ParameterVisitor<T>& visit);
  // The embedding that a decoder of text shares, [vocabulary, C]; else null.
  const Tensor<T, 2>* vocabulary() const;
  Tensor<T, 2>* vocabulary();

  // Array of the right shape for a batch, with no value set.
  RawArray<T> blank(std::size_t batch) const;

 private:
  using Kind = std::variant<TextPreprocessor<T>, GridPreprocessor<T>,
                            PointPreprocessor<T>>;
  static Kind kind_of(const Modality& modality, const Semantics& semantics);

  Kind kind_;
};

}  // namespace suite
