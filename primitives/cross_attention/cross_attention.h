// Latents read inputs: cross-attention with its projections, in whichever way
// its plan says. All give the same answer.
#pragma once

#include <memory>

#include "primitives/attention/attention.h"
#include "primitives/cross_attention/keys_and_values.h"
#include "primitives/cross_attention/one_pass.h"
#include "primitives/cross_attention/plan.h"

namespace suite {

template <class T>
class CrossAttention {
 public:
  explicit CrossAttention(AttentionForm form) : form_(form) {}

  // From now on inputs are this rank's share, and answers those of all ranks.
  // The exchange outlives it.
  void share_out(const InputShare& share, Exchange& exchange) {
    share_ = share;
    exchange_ = &exchange;
  }

  // A new input: what was kept of the last one is of no use.
  void forget() { kept_for_ = nullptr; }

  // output[batch, M, v_channels] ← attention of queries[batch, M, qk_channels]
  // over keys and values that `maps` make of inputs[batch, N, C].
  // Cost: as formula::cross_attention() in cross_attention_formula.h says for
  // each plan. `trace`, unless it is null, gets what the backward needs.
  void forward(const Tensor<T, 3>& queries, const Tensor<T, 3>& inputs,
               const Mask& mask, const InputMaps<T>& maps, std::size_t heads,
               const CrossAttentionPlan& plan, Tensor<T, 3>& output,
               Ledger& ledger, AttentionTrace<T>* trace = nullptr);

  // Of the last forward whose keys and values existed, by its form or its plan.
  const KeysAndValues<T>& kept() const { return kept_; }
  const Attention<T>& attention() const { return *attention_; }

  // The bytes that it holds once it has run.
  static std::uint64_t buffer_bytes(const CrossAttentionShape& shape,
                                    AttentionForm form,
                                    const CrossAttentionPlan& plan,
                                    int threads);

 private:
  void attend_to_kept(const CrossAttentionShape& shape,
                      const Tensor<T, 3>& queries, const Tensor<T, 3>& inputs,
                      const Mask& mask, const InputMaps<T>& maps,
                      Tensor<T, 3>& output, Ledger& ledger,
                      AttentionTrace<T>* trace);

  AttentionForm form_;
  InputShare share_;
  Exchange* exchange_ = nullptr;
  OnePass<T> one_pass_;
  Tensor<T, 3> folded_;  // [batch, M, heads·C]: queries before, …
  Tensor<T, 3> mean_;    // … or means of inputs after it
  // Where all keys and values exist.
  KeysAndValues<T> kept_;
  const Linear<T>* kept_for_ = nullptr;
  std::unique_ptr<Attention<T>> attention_;
};

}  // namespace suite
