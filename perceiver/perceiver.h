// The Perceiver (Jaegle et al. 2021) and, with cross_attends = first, the
// encoder of Perceiver IO (Jaegle et al. 2022): M latents read N inputs in some
// or all of B blocks, each followed by L layers among the latents.
// Cost: O(B·M·N·D + B·L·M²·D).
#pragma once

#include <vector>

#include "perceiver/config.h"
#include "perceiver/weight_sets.h"
#include "primitives/attention_layer/attention_layer.h"
#include "primitives/attention_layer/layer_traces.h"
#include "primitives/exchange/exchange.h"
#include "primitives/layers/input_encoding.h"

namespace suite {

template <class T>
class Perceiver {
 public:
  struct Workspace {
    Tensor<T, 3> encoded;  // [batch, N, ·]
    Tensor<T, 3> stream;   // [batch, M, D]
    AttentionWorkspace<T> cross;
    AttentionWorkspace<T> latent;

    explicit Workspace(AttentionForm form) : cross(form), latent(form) {}
  };

  // `batch` matters only to the choice of a plan.
  Perceiver(const PerceiverConfig& config, std::size_t batch);
  Perceiver(const Shape& shape, const Options& options)
      : Perceiver(PerceiverConfig(shape, options), shape.batch) {}

  Workspace workspace() const { return Workspace(config_.attention); }

  // As Encoder::share_out() says.
  void share_out(Workspace& workspace, Exchange& exchange) const {
    const InputShare share =
        share_of(config_.input.inputs, exchange.rank(), exchange.size());
    config_.shared_out(share);
    workspace.cross.cross_attention.share_out(share, exchange);
  }

  struct Trace {
    LayerTraces<T> cross, latent;
    AttentionLayerBackward<T> cross_backward, latent_backward;
    Tensor<T, 3> d_stream;   // [batch, M, D]
    Tensor<T, 3> d_encoded;  // [batch, N, ·], where it is asked for

    Trace(Keep keep, AttentionForm form)
        : cross(keep),
          latent(keep),
          cross_backward(form),
          latent_backward(form) {}
  };
  Trace trace(Keep keep) const { return Trace(keep, config_.attention); }

  // input[batch, N, C] → latents[batch, M, D], which live until the workspace's
  // next forward.
  const Tensor<T, 3>& forward(const Tensor<T, 3>& input, const Mask& mask,
                              Workspace& workspace, Ledger& ledger,
                              Trace* trace = nullptr) const;
  // As Encoder::backward() says. Inputs' gradients are made where they are
  // asked for or positions are learned.
  void backward(const Tensor<T, 3>& input, const Mask& mask,
                const Tensor<T, 3>& d_output, Workspace& workspace,
                Trace& trace, Perceiver& gradient, Tensor<T, 3>* d_input,
                Ledger& ledger) const;
  void for_each_parameter(const ParameterVisitor<T>& visit);

  // Of the workspace's last cross-attention, [batch, heads, M, N]. Throws Error
  // unless the form is materialised and there was one.
  const Tensor<T, 4>& cross_weights(const Workspace& workspace) const;

 private:
  using LatentLayers = std::vector<AttentionLayer<T>>;  // of a block

  // One layer's forward, with a trace or null.
  auto cross_forward(std::size_t use, const Tensor<T, 3>& encoded,
                     const Mask& mask, Workspace& workspace,
                     Ledger& ledger) const {
    return [&, use](Tensor<T, 3>& stream, AttentionLayerTrace<T>* trace) {
      cross_.of_use(use).forward(stream, encoded, mask, workspace.cross, ledger,
                                 /*query_mask=*/nullptr, trace);
    };
  }
  auto latent_forward(const AttentionLayer<T>& layer, Workspace& workspace,
                      Ledger& ledger) const {
    return [&](Tensor<T, 3>& stream, AttentionLayerTrace<T>* trace) {
      layer.forward(stream, no_mask(), workspace.latent, ledger, trace);
    };
  }

  PerceiverConfig config_;
  InputEncoding<T> input_;
  Tensor<T, 2> latents_;  // [M, D], learned
  SharedLayers<AttentionLayer<T>> cross_;
  SharedLayers<LatentLayers> blocks_;
};

}  // namespace suite
