// Attention as it is defined: the M×N weights exist in memory.
#pragma once

#include "primitives/attention/attention.h"
#include "primitives/buffers.h"

namespace suite {

template <class T>
class MaterialisedAttention : public Attention<T> {
 public:
  void forward(const AttentionInputs<T>& inputs, Tensor<T, 3>& output,
               Ledger& ledger, AttentionTrace<T>* trace = nullptr) override;

  // Of the last forward without a trace: [batch, heads, M, N]; each row sums
  // to 1.
  const Tensor<T, 4>& weights() const { return weights_; }

  // Holds batch·heads·M·N values.
  void lay_out(const AttentionShape& shape, Buffers& buffers);

 private:
  Tensor<T, 4> weights_;
};

// The gradients of what a forward was given, from the weights that it made.
// `d_weights`, resized to [M, N], is scratch. Cost:
// batch·heads·M·N·(2·qk_channels + 2·v_channels) MACs.
template <class T>
void materialised_backward(const AttentionInputs<T>& inputs,
                           const Tensor<T, 4>& weights,
                           const BatchView<const T>& d_output,
                           const AttentionInputGradients<T>& gradients,
                           Tensor<T, 2>& d_weights, Ledger& ledger);

}  // namespace suite
