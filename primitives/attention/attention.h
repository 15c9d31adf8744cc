// Multi-head attention, softmax(QKᵀ/√d)V, exact, in two forms that agree
// (Vaswani et al. 2017, §3.2).
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "primitives/cost.h"
#include "primitives/tensor.h"

namespace suite {

enum class AttentionForm {
  materialised,  // the M×N weights exist in memory, as in the definition
  streaming,     // tiles with a running maximum and sum; no M×N array
};

// "materialised" or "streaming"; throws Error for any other name.
AttentionForm attention_form(std::string_view name);

struct AttentionShape {
  std::size_t batch = 1;
  std::size_t queries = 0;  // M
  std::size_t keys = 0;     // N
  std::size_t heads = 1;
  std::size_t qk_channels = 0;  // of one head, d
  std::size_t v_channels = 0;   // of one head
  // Heads of keys and values, each read by as many heads of queries; 0: heads.
  std::size_t key_heads = 0;

  std::size_t heads_of_keys() const { return key_heads == 0 ? heads : key_heads; }
  // Which of them a head of queries reads.
  std::size_t key_head(std::size_t head) const {
    return head / (heads / heads_of_keys());
  }
};

// How many keys a mask[batch, N] leaves, of all examples together; an empty one
// leaves batch·N.
std::size_t shown_keys(const Mask& mask, std::size_t batch, std::size_t keys);

template <class T>
struct AttentionInputs {
  BatchView<const T> queries;  // [batch, M, heads·qk_channels]
  BatchView<const T> keys;     // [batch, N, heads·qk_channels]
  BatchView<const T> values;   // [batch, N, heads·v_channels]
  const Mask& mask;            // [batch, N], or empty
  std::size_t heads = 1;
  std::size_t key_heads = 0;  // of keys and values; 0: heads

  // Throws Error unless the tensors belong together.
  AttentionShape shape() const;
  // The mask of one example, or null.
  const std::uint8_t* valid_keys(std::size_t example) const;
  std::size_t shown_keys() const {
    return suite::shown_keys(mask, keys.batch, keys.rows);
  }
};

// An attention with the buffers it needs; reuse it and nothing is allocated.
template <class T>
class Attention {
 public:
  virtual ~Attention() = default;

  // output[batch, M, heads·v_channels], resized to fit. A query whose keys are
  // all masked yields zeros.
  // Cost: batch·heads·M·N·(qk_channels + v_channels) MACs and
  // batch·heads·M·N logits; streaming leaves hidden keys out of N.
  virtual void forward(const AttentionInputs<T>& inputs, Tensor<T, 3>& output,
                       Ledger& ledger) = 0;
};

template <class T>
class MaterialisedAttention : public Attention<T> {
 public:
  void forward(const AttentionInputs<T>& inputs, Tensor<T, 3>& output,
               Ledger& ledger) override;

  // Of the last forward: [batch, heads, M, N]; each row sums to 1.
  const Tensor<T, 4>& weights() const { return weights_; }

  // Holds batch·heads·M·N values.
  static std::uint64_t buffer_bytes(const AttentionShape& shape, int threads);

 private:
  Tensor<T, 4> weights_;
};

template <class T>
std::unique_ptr<Attention<T>> make_attention(AttentionForm form);

// The bytes that an attention of that form holds while it runs.
template <class T>
std::uint64_t attention_buffer_bytes(AttentionForm form,
                                     const AttentionShape& shape, int threads);

}  // namespace suite
