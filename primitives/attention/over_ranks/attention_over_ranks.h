// Softmax self-attention, softmax(QKᵀ/√d)V, of tokens that ranks own: each has
// the queries of its tokens, and they get each other's keys and values.
//
// A rank of P sends, for N tokens of D channels and s bytes a value, where P
// divides N (else over_ranks_formula.h has it):
//
//   gather, ring  2·s·batch·N·D·(P−1)/P bytes
//   heads         4·s·batch·N·D·(P−1)/P² bytes
#pragma once

#include <memory>
#include <string_view>

#include "primitives/attention/attention.h"
#include "primitives/exchange/exchange.h"
#include "primitives/exchange/range_tree.h"

namespace suite {

enum class KeyExchange {
  gather,  // the keys and values of all, by recursive doubling
  // Keys and values pass from rank to rank: nothing that a rank holds is longer
  // than its share (Liu et al. 2023, Ring Attention, 2310.01889).
  ring,
  // All tokens of some heads, and back, by an all-to-all (Jacobs et al. 2023,
  // DeepSpeed Ulysses, 2309.14509).
  heads,
};

// Throws Error for a name that is none of these.
KeyExchange key_exchange(std::string_view name);

template <class T>
class AttentionOverRanks {
 public:
  virtual ~AttentionOverRanks() = default;

  // output[batch, own, heads·v_channels], resized to fit, ← attention of this
  // rank's queries [batch, own, ·] over the keys and values of all ranks, whose
  // own ones it is given; without a mask. Its bits depend neither on the number
  // of ranks nor on that of threads: by gather and by heads they are those of
  // StreamingAttention over all tokens, by ring those of a tree of them
  // (range_tree.h).
  // Cost: batch·heads·own·N·(qk_channels + v_channels) MACs; by heads
  // batch·heads/P·N²·(qk_channels + v_channels).
  virtual void forward(const AttentionInputs<T>& own, Tensor<T, 3>& output,
                       Ledger& ledger) = 0;
};

// The exchange outlives it. Throws Error for heads that ranks can't share.
template <class T>
std::unique_ptr<AttentionOverRanks<T>> make_attention_over_ranks(
    KeyExchange how, std::size_t heads, const InputShare& share,
    Exchange& exchange);

// Throws Error for the other form: weights of all pairs are nowhere.
void require_streaming(AttentionForm form);
// Throws Error, naming both, unless the ranks divide the heads.
void require_shared_heads(std::size_t heads, std::size_t ranks);

// The bytes that it holds while it runs.
template <class T>
std::uint64_t buffer_bytes_over_ranks(KeyExchange how,
                                      const AttentionShape& own,
                                      const InputShare& share, int threads);

}  // namespace suite
