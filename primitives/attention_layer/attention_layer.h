// The pre-norm layer of the Perceiver (Jaegle et al. 2021, §3.2 and App. C) and
// of the transformer beside it: attention, then an MLP, each behind a layer
// norm and beside a residual. The same code serves both contestants.
#pragma once

#include <string>

#include "primitives/layers/layer_norm.h"
#include "primitives/attention_layer/attend.h"

namespace suite {

struct AttentionLayerWidths {
  std::size_t channels = 0;        // D, of the stream
  std::size_t input_channels = 0;  // C, of what is read; 0: the stream itself
  std::size_t qk_channels = 0;     // of all heads together
  std::size_t v_channels = 0;
  // Of keys and values, where a mixing wants other widths; 0: as above.
  std::size_t key_channels = 0;
  std::size_t value_channels = 0;
  bool shared_keys = false;  // no map to keys: a mixing gets the queries for them
  std::size_t heads = 1;
  std::size_t widening = 1;  // the MLP's hidden width over D
  bool query_residual = true;
  // What reads masked inputs alone gets their mean, as Hugging Face has it; else
  // zeros, as DeepMind has it.
  bool mean_if_blind = false;
  ReadPlan plan = {};  // of a layer that reads inputs
  Gelu gelu = Gelu::erf;

  std::size_t keys() const {
    return key_channels > 0 ? key_channels : qk_channels;
  }
  std::size_t values() const {
    return value_channels > 0 ? value_channels : v_channels;
  }
};

template <class T>
class AttentionLayer {
 public:
  // Throws Error unless heads divide both widths.
  explicit AttentionLayer(const AttentionLayerWidths& widths);

  // Self-attention: stream[batch, rows, D] ← the layer's output.
  void forward(Tensor<T, 3>& stream, const Mask& mask,
               AttentionBuffers<T>& buffers, Ledger& ledger) const;

  // The same with another mixing in place of attention.
  void forward(Tensor<T, 3>& stream, const Mask& mask, const Mix<T>& mix,
               AttentionBuffers<T>& buffers, Ledger& ledger) const;

  // Cross-attention: the stream reads inputs[batch, N, C]. Rows that `asking`
  // [batch, rows] masks, if it is given, read zeros.
  void forward(Tensor<T, 3>& stream, const Tensor<T, 3>& inputs,
               const Mask& mask, AttentionBuffers<T>& buffers, Ledger& ledger,
               const Mask* asking = nullptr) const;

  void for_each_parameter(const std::string& name,
                          const ParameterVisitor<T>& visit);

 private:
  void finish(Tensor<T, 3>& stream, AttentionBuffers<T>& buffers,
              Ledger& ledger) const;

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
