// Tokens are embedded, and where each stands is added.
#include "perceiver/io/rows.h"

namespace suite {
namespace {

template <class T>
class TextRows : public Rows<T> {
 public:
  explicit TextRows(const TextInput& text) : text_(text) {
    table_.resize({text.vocabulary, text.channels});
    positions_.resize({text.length, text.channels});
  }

  const Tensor<T, 3>& forward(const RawInput<T>& raw,
                              Ledger& ledger) override {
    require(raw.tokens->shape(1) <= text_.length,
            "{} tokens: the model takes at most {}", raw.tokens->shape(1),
            text_.length);
    embed(*raw.tokens, table_, &positions_, rows_,
          ledger[Part::position_encoding]);
    return rows_;
  }

  void for_each_parameter(const std::string& name,
                          const ParameterVisitor<T>& visit) override {
    visit_tensor(visit, name + ".embedding", table_, Init::latent);
    visit_tensor(visit, name + ".positions", positions_, Init::latent);
  }

  const Tensor<T, 2>* vocabulary() const override { return &table_; }

  RawArray<T> blank(std::size_t batch) const override {
    RawArray<T> raw;
    raw.tokens.resize({batch, text_.length});
    return raw;
  }

 private:
  TextInput text_;
  Tensor<T, 2> table_;      // [vocabulary, C]
  Tensor<T, 2> positions_;  // [N, C]
  Tensor<T, 3> rows_;       // [batch, N, C]
};

}  // namespace

template <class T>
std::unique_ptr<Rows<T>> make_text_rows(const TextInput& text) {
  return std::make_unique<TextRows<T>>(text);
}

template std::unique_ptr<Rows<float>> make_text_rows<float>(const TextInput&);
template std::unique_ptr<Rows<double>> make_text_rows<double>(
    const TextInput&);

}  // namespace suite
