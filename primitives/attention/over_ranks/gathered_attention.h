// Each rank gets the keys and values of all, and reads them as one rank does.
#pragma once

#include "primitives/attention/over_ranks/attention_over_ranks.h"
#include "primitives/attention/streaming.h"

namespace suite {

template <class T>
class GatheredAttention : public AttentionOverRanks<T> {
 public:
  GatheredAttention(const InputShare& share, Exchange& exchange)
      : share_(share), exchange_(&exchange) {}
  GatheredAttention() = default;  // to be laid out

  void forward(const AttentionInputs<T>& own, Tensor<T, 3>& output,
               Ledger& ledger) override;
  // `own` is what this rank's tokens are among themselves.
  void lay_out(const AttentionShape& own, const InputShare& share,
               Buffers& buffers);

 private:
  void gather(const BatchView<const T>& own, Tensor<T, 3>& all,
              Ledger& ledger) const;

  InputShare share_;
  Exchange* exchange_ = nullptr;
  Tensor<T, 3> keys_, values_;  // [batch, N, ·]
  StreamingAttention<T> attention_;
};

}  // namespace suite
