// Attention as it is defined: the M×N weights exist in memory.
#pragma once

#include "primitives/attention/attention.h"

namespace suite {

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

}  // namespace suite
