// The pre-norm layer of the Perceiver (Jaegle et al. 2021, §3.2 and App. C) and
// of the transformer beside it: attention, then an MLP, each behind a layer
// norm and beside a residual. The same code serves both contestants.
#pragma once

#include <string>

#include "primitives/attention_layer/attend.h"
#include "primitives/attention_layer/attention_layer_trace.h"
#include "primitives/attention_layer/attention_layer_widths.h"
#include "primitives/layers/layer_norm.h"

namespace suite {

template <class T>
class AttentionLayer {
 public:
  // Throws Error unless heads divide both widths.
  explicit AttentionLayer(const AttentionLayerWidths& widths);

  // Each forward leaves in `trace`, unless it is null, what its backward needs.

  // Self-attention: stream[batch, rows, D] ← the layer's output.
  void forward(Tensor<T, 3>& stream, const Mask& mask,
               AttentionWorkspace<T>& workspace, Ledger& ledger,
               AttentionLayerTrace<T>* trace = nullptr) const;

  // The same with another mixing in place of attention.
  void forward(Tensor<T, 3>& stream, const Mask& mask, const MixTokens<T>& mix,
               AttentionWorkspace<T>& workspace, Ledger& ledger,
               AttentionLayerTrace<T>* trace = nullptr) const;

  // Cross-attention: the stream reads inputs[batch, N, C]. Rows that
  // `query_mask` [batch, rows] masks, if it is given, read zeros.
  void forward(Tensor<T, 3>& stream, const Tensor<T, 3>& inputs,
               const Mask& mask, AttentionWorkspace<T>& workspace,
               Ledger& ledger, const Mask* query_mask = nullptr,
               AttentionLayerTrace<T>* trace = nullptr) const;

  // Their backwards: d_stream[batch, rows, D], the gradient of the output,
  // becomes that of the input; `gradient`, a layer of the same widths, is added
  // to.
  void backward(const AttentionLayerTrace<T>& trace, const Mask& mask,
                Tensor<T, 3>& d_stream, AttentionLayerBackward<T>& workspace,
                AttentionLayer& gradient, Ledger& ledger) const;
  void backward(const AttentionLayerTrace<T>& trace, const Mask& mask,
                const MixTokensBackward<T>& mix, Tensor<T, 3>& d_stream,
                AttentionLayerBackward<T>& workspace, AttentionLayer& gradient,
                Ledger& ledger) const;
  // d_inputs[batch, N, C] is added to, unless it is null.
  void backward(const AttentionLayerTrace<T>& trace, const Tensor<T, 3>& inputs,
                const Mask& mask, Tensor<T, 3>& d_stream,
                AttentionLayerBackward<T>& workspace, AttentionLayer& gradient,
                Tensor<T, 3>* d_inputs, Ledger& ledger,
                const Mask* query_mask = nullptr) const;

  void for_each_parameter(const std::string& name,
                          const ParameterVisitor<T>& visit);

 private:
  void finish(Tensor<T, 3>& stream, AttentionWorkspace<T>& workspace,
              AttentionLayerTrace<T>* trace, Ledger& ledger) const;
  void finish_backward(const AttentionLayerTrace<T>& trace,
                       Tensor<T, 3>& d_stream,
                       AttentionLayerBackward<T>& workspace,
                       AttentionLayer& gradient, Ledger& ledger) const;

  AttentionLayerWidths widths_;
  LayerNorm<T> norm_;
  LayerNorm<T> input_norm_;  // of cross-attention
  Projections<T> projections_;
  Linear<T> output_;
  LayerNorm<T> mlp_norm_;
  Linear<T> mlp_in_;
  Linear<T> mlp_out_;
};

}  // namespace suite
