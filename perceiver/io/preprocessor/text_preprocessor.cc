#include "perceiver/io/preprocessor/text_preprocessor.h"

namespace suite {

template <class T>
TextPreprocessor<T>::TextPreprocessor(const TextInput& text) : text_(text) {
  table_.resize({text.vocabulary, text.channels});
  positions_.resize({text.length, text.channels});
}

template <class T>
const Tensor<T, 3>& TextPreprocessor<T>::forward(const RawInput<T>& raw,
                                                 Workspace& workspace,
                                                 Ledger& ledger) const {
  require(raw.tokens->shape(1) <= text_.length,
          "{} tokens: the model takes at most {}", raw.tokens->shape(1),
          text_.length);
  embed(*raw.tokens, table_, &positions_, workspace.rows,
        ledger[Part::position_encoding]);
  return workspace.rows;
}

template <class T>
void TextPreprocessor<T>::backward(const RawInput<T>& raw,
                                   const Tensor<T, 3>& d_rows,
                                   TextPreprocessor& gradient,
                                   Ledger& ledger) const {
  embed_backward(*raw.tokens, d_rows, gradient.table_, &gradient.positions_,
                 ledger[Part::position_encoding]);
}

template <class T>
void TextPreprocessor<T>::for_each_parameter(const std::string& name,
                                             const ParameterVisitor<T>& visit) {
  visit_tensor(visit, name + ".embedding", table_, Init::latent);
  visit_tensor(visit, name + ".positions", positions_, Init::latent);
}

template <class T>
RawArray<T> TextPreprocessor<T>::blank(std::size_t batch) const {
  RawArray<T> raw;
  raw.tokens.resize({batch, text_.length});
  return raw;
}

template class TextPreprocessor<float>;
template class TextPreprocessor<double>;

}  // namespace suite
