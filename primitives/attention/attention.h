// Multi-head attention, softmax(QKᵀ/√d)V, exact, in two forms that agree
// (Vaswani et al. 2017, §3.2).
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "primitives/attention/attention_inputs.h"
#include "primitives/cost.h"
#include "primitives/tensor.h"

namespace suite {

enum class AttentionForm {
  materialised,  // the M×N weights exist in memory, as in the definition
  streaming,     // tiles with a reference and running sums; no M×N array
};

// "materialised" or "streaming"; throws Error for any other name.
AttentionForm attention_form(std::string_view name);

// What a forward leaves for its backward.
template <class T>
struct AttentionTrace {
  Tensor<T, 3> log_sum_exp;  // [batch, heads, M] where attention streams
  Tensor<T, 4> weights;      // [batch, heads, M, N] where it is materialised
  // [batch, M, heads·C]: weighted means of the C channels of inputs whose map
  // to values was folded.
  Tensor<T, 3> means;
  // What a mixer made of what it was given, and wants again.
  std::vector<Tensor<T, 3>> made;
};

// An attention with the buffers it needs; reuse it and nothing is allocated.
template <class T>
class Attention {
 public:
  virtual ~Attention() = default;

  // output[batch, M, heads·v_channels], resized to fit. A query whose keys are
  // all masked yields zeros.
  // Cost: batch·heads·M·N·(qk_channels + v_channels) MACs and
  // batch·heads·M·N logits; streaming leaves hidden keys out of N. `trace`,
  // unless it is null, gets what the backward needs.
  virtual void forward(const AttentionInputs<T>& inputs, Tensor<T, 3>& output,
                       Ledger& ledger, AttentionTrace<T>* trace = nullptr) = 0;
};

template <class T>
std::unique_ptr<Attention<T>> make_attention(AttentionForm form);

// The bytes that an attention of that form holds while it runs.
template <class T>
std::uint64_t attention_buffer_bytes(AttentionForm form,
                                     const AttentionShape& shape, int threads);

}  // namespace suite
