// Tokens are embedded, and where each stands is added.
#pragma once

#include "perceiver/io/config.h"
#include "perceiver/io/preprocessor/raw_input.h"
#include "primitives/cost.h"
#include "primitives/parameter.h"

namespace suite {

template <class T>
class TextPreprocessor {
 public:
  explicit TextPreprocessor(const TextInput& text);

  struct Workspace {
    Tensor<T, 3> rows;  // [batch, N, C]
  };
  Workspace workspace() const { return {}; }

  const Tensor<T, 3>& forward(const RawInput<T>& raw, Workspace& workspace,
                              Ledger& ledger) const;
  void for_each_parameter(const std::string& name,
                          const ParameterVisitor<T>& visit);

  // gradient += what d_rows[batch, N, C] says of the embedding and positions.
  void backward(const RawInput<T>& raw, const Tensor<T, 3>& d_rows,
                TextPreprocessor& gradient, Ledger& ledger) const;

  // The embedding, which a decoder of text shares: [vocabulary, C].
  const Tensor<T, 2>& vocabulary() const { return table_; }
  Tensor<T, 2>& vocabulary() { return table_; }
  RawArray<T> blank(std::size_t batch) const;

 private:
  TextInput text_;
  Tensor<T, 2> table_;      // [vocabulary, C]
  Tensor<T, 2> positions_;  // [N, C]
};

}  // namespace suite
