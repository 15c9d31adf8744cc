#include "primitives/attention/attention.h"

#include "primitives/attention/streaming.h"

namespace suite {

AttentionForm attention_form(std::string_view name) {
  if (name == "materialised") return AttentionForm::materialised;
  require(name == "streaming",
          "attention = {}: allowed are materialised and streaming", name);
  return AttentionForm::streaming;
}

template <class T>
AttentionShape AttentionInputs<T>::shape() const {
  const std::size_t batch = queries.shape(0), N = keys.shape(1);
  const std::size_t qk = queries.shape(2), v = values.shape(2);
  require(keys.shape(0) == batch && values.shape(0) == batch &&
              values.shape(1) == N && keys.shape(2) == qk,
          "attention: queries [{}, {}, {}], keys [{}, {}, {}] and values [{}, "
          "{}, {}] do not belong together",
          batch, queries.shape(1), qk, keys.shape(0), N, keys.shape(2),
          values.shape(0), values.shape(1), v);
  require(heads > 0 && qk % heads == 0 && v % heads == 0,
          "attention: {} heads must divide {} query and {} value channels",
          heads, qk, v);
  require(mask.size() == 0 || (mask.shape(0) == batch && mask.shape(1) == N),
          "attention: the mask must be [{}, {}] or empty", batch, N);
  return {batch, queries.shape(1), N, heads, qk / heads, v / heads};
}

template <class T>
const std::uint8_t* AttentionInputs<T>::valid_keys(std::size_t example) const {
  return mask.size() == 0 ? nullptr : &mask(example, 0);
}

template <class T>
std::unique_ptr<Attention<T>> make_attention(AttentionForm form) {
  if (form == AttentionForm::materialised) {
    return std::make_unique<MaterialisedAttention<T>>();
  }
  return std::make_unique<StreamingAttention<T>>();
}

template struct AttentionInputs<float>;
template struct AttentionInputs<double>;
template std::unique_ptr<Attention<float>> make_attention(AttentionForm);
template std::unique_ptr<Attention<double>> make_attention(AttentionForm);

}  // namespace suite
