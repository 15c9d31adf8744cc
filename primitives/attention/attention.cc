#include "primitives/attention/attention.h"

#include "primitives/attention/materialised.h"
#include "primitives/attention/streaming.h"
#include "support/check.h"

namespace suite {

AttentionForm attention_form(std::string_view name) {
  if (name == "materialised") return AttentionForm::materialised;
  require(name == "streaming",
          "form = {}: allowed are materialised and streaming", name);
  return AttentionForm::streaming;
}

template <class T>
std::unique_ptr<Attention<T>> make_attention(AttentionForm form) {
  if (form == AttentionForm::materialised) {
    return std::make_unique<MaterialisedAttention<T>>();
  }
  return std::make_unique<StreamingAttention<T>>();
}

template <class T>
std::uint64_t attention_buffer_bytes(AttentionForm form,
                                     const AttentionShape& shape, int threads) {
  return form == AttentionForm::materialised
             ? bytes_laid_out<MaterialisedAttention<T>>(threads, shape)
             : bytes_laid_out<StreamingAttention<T>>(threads, shape);
}

template std::unique_ptr<Attention<float>> make_attention(AttentionForm);
template std::unique_ptr<Attention<double>> make_attention(AttentionForm);

template std::uint64_t attention_buffer_bytes<float>(AttentionForm,
                                                     const AttentionShape&,
                                                     int);
template std::uint64_t attention_buffer_bytes<double>(AttentionForm,
                                                      const AttentionShape&,
                                                      int);

}  // namespace suite
