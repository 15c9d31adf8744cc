// BERT's layer (Devlin et al. 2019, §3; Vaswani et al. 2017, §3.1): post-norm,
// each norm after a residual sum.
#pragma once

#include <algorithm>
#include <functional>
#include <string>

#include "primitives/attention_layer/attend.h"
#include "primitives/attention_layer/attention_layer_trace.h"
#include "primitives/keep.h"
#include "primitives/layers/gelu_pass.h"
#include "primitives/layers/layer_norm.h"

namespace suite {

template <class T>
struct BertLayerTrace : AttentionLayerTrace<T> {
  Tensor<T, 3> widened;  // [batch, N, D], what the last norm was given
};

// x ← norm(x + attention(x)), then x ← norm(x + mlp(x)).
template <class T>
class BertLayer {
 public:
  explicit BertLayer(const AttentionLayerWidths& w)
      : gelu_(w.gelu),
        projections_{Linear<T>(w.channels, w.qk_channels),
                     Linear<T>(w.channels, w.qk_channels),
                     Linear<T>(w.channels, w.v_channels), w.heads},
        output_(w.v_channels, w.channels),
        norm_(w.channels),
        mlp_in_(w.channels, w.widening * w.channels),
        mlp_out_(w.widening * w.channels, w.channels),
        mlp_norm_(w.channels) {}

  // stream[batch, N, D] ← the layer's output; leaves in `trace`, unless it is
  // null, what backward needs.
  void forward(Tensor<T, 3>& stream, const Mask& mask, AttentionWorkspace<T>& w,
               Ledger& ledger, BertLayerTrace<T>* trace) const {
    Tensor<T, 3>& mixed = trace == nullptr ? w.mixed : trace->mixed;
    if (trace != nullptr) keep_copy(stream, trace->stream, ledger);
    attend(stream, mask, projections_, w, mixed, ledger,
           trace == nullptr ? nullptr : &trace->attend);
    linear_onto(mixed, output_, stream, ledger[Part::output_projection]);
    if (trace != nullptr) keep_copy(stream, trace->attended, ledger);
    layer_norm(stream, norm_, w.normed, ledger[Part::layer_norm]);
    if (trace == nullptr) {
      linear_gelu(w.normed, mlp_in_, gelu_, w.hidden, ledger[Part::mlp]);
    } else {
      linear(w.normed, mlp_in_, trace->hidden, ledger[Part::mlp]);
      gelu_pass(trace->hidden, gelu_, w.hidden, ledger[Part::mlp]);
    }
    linear_onto(w.hidden, mlp_out_, w.normed, ledger[Part::mlp]);
    if (trace != nullptr) keep_copy(w.normed, trace->widened, ledger);
    layer_norm(w.normed, mlp_norm_, stream, ledger[Part::layer_norm]);
  }

  // d_stream[batch, N, D], the gradient of the output, becomes that of the
  // input; `gradient` is added to.
  void backward(const BertLayerTrace<T>& trace, const Mask& mask,
                Tensor<T, 3>& d_stream, AttentionLayerBackward<T>& w,
                BertLayer& gradient, Ledger& ledger) const {
    w.d_normed.resize(d_stream.shape());
    w.d_hidden.resize(trace.hidden.shape());
    w.d_mixed.resize(trace.mixed.shape());
    if (ledger.computes()) w.d_normed.fill(T(0));
    layer_norm_backward(trace.widened, mlp_norm_, d_stream, gradient.mlp_norm_,
                        w.d_normed, w.norm_room, ledger[Part::layer_norm]);
    linear_input_gradient<T>(w.d_normed, mlp_out_, w.d_hidden, Onto::nothing,
                             ledger[Part::mlp]);
    gelu_backward(trace.hidden, gelu_, w.hidden, w.d_hidden, ledger[Part::mlp]);
    linear_gradient<T>(w.hidden, w.d_normed, gradient.mlp_out_,
                       ledger[Part::mlp]);
    layer_norm(trace.attended, norm_, w.normed, ledger[Part::layer_norm]);
    linear_gradient<T>(w.normed, w.d_hidden, gradient.mlp_in_,
                       ledger[Part::mlp]);
    linear_input_gradient<T>(w.d_hidden, mlp_in_, w.d_normed,
                             Onto::what_is_there, ledger[Part::mlp]);
    if (ledger.computes()) d_stream.fill(T(0));
    layer_norm_backward(trace.attended, norm_, w.d_normed, gradient.norm_,
                        d_stream, w.norm_room, ledger[Part::layer_norm]);
    linear_input_gradient<T>(d_stream, output_, w.d_mixed, Onto::nothing,
                             ledger[Part::output_projection]);
    linear_gradient<T>(trace.mixed, d_stream, gradient.output_,
                       ledger[Part::output_projection]);
    attend_backward(trace.stream, mask, projections_, trace.attend, trace.mixed,
                    w.d_mixed, w.attend, gradient.projections_, w.d_normed,
                    ledger);
    if (!ledger.computes()) return;
    std::transform(d_stream.begin(), d_stream.end(), w.d_normed.begin(),
                   d_stream.begin(), std::plus<T>());
  }

  void for_each_parameter(const std::string& name,
                          const ParameterVisitor<T>& visit) {
    projections_.for_each_parameter(name, visit);
    output_.for_each_parameter(name + ".output", visit);
    norm_.for_each_parameter(name + ".norm", visit);
    mlp_in_.for_each_parameter(name + ".mlp_in", visit);
    mlp_out_.for_each_parameter(name + ".mlp_out", visit);
    mlp_norm_.for_each_parameter(name + ".mlp_norm", visit);
  }

 private:
  Gelu gelu_;
  Projections<T> projections_;
  Linear<T> output_;
  LayerNorm<T> norm_;
  Linear<T> mlp_in_;
  Linear<T> mlp_out_;
  LayerNorm<T> mlp_norm_;
};

}  // namespace suite
