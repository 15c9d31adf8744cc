// Each rank gets all tokens of some heads, attends, and gives the means back to
// those who own the tokens.
#pragma once

#include "primitives/attention/over_ranks/attention_over_ranks.h"
#include "primitives/attention/streaming.h"

namespace suite {

template <class T>
class HeadsAttention : public AttentionOverRanks<T> {
 public:
  HeadsAttention(const InputShare& share, Exchange& exchange)
      : share_(share), exchange_(&exchange) {}
  HeadsAttention() = default;  // to be laid out

  void forward(const AttentionInputs<T>& own, Tensor<T, 3>& output,
               Ledger& ledger) override;
  // `own` is what this rank's tokens are among themselves, of all heads.
  void lay_out(const AttentionShape& own, const InputShare& share,
               Buffers& buffers);

 private:
  InputShare share_;
  Exchange* exchange_ = nullptr;
  Tensor<T, 3> queries_, keys_, values_, mixed_;  // [batch, N, · of own heads]
  Tensor<T, 1> sent_, received_;  // between this rank and another
  StreamingAttention<T> attention_;
};

}  // namespace suite
