// Attention as it is defined: the M×N weights exist in memory.
#pragma once

#include "primitives/attention/attention.h"
#include "primitives/buffers.h"

namespace suite {

template <class T>
class MaterialisedAttention : public Attention<T> {
 public:
  void forward(const AttentionInputs<T>& inputs, Tensor<T, 3>& output,
               Ledger& ledger) override;

  // Of the last forward: [batch, heads, M, N]; each row sums to 1.
  const Tensor<T, 4>& weights() const { return weights_; }

  // Holds batch·heads·M·N values.
  void lay_out(const AttentionShape& shape, Buffers& buffers);

 private:
  Tensor<T, 4> weights_;
};

}  // namespace suite
