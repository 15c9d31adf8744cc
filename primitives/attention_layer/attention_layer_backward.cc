// The layer's backward, from its end to its beginning.
#include <algorithm>

#include "primitives/attention_layer/attention_layer.h"
#include "primitives/layers/gelu_pass.h"
#include "support/check.h"

namespace suite {
namespace {

template <class T>
void clear(Tensor<T, 3>& values, const Ledger& ledger) {
  if (ledger.computes()) std::fill(values.begin(), values.end(), T(0));
}

}  // namespace

template <class T>
void AttentionLayer<T>::finish_backward(const AttentionLayerTrace<T>& trace,
                                        Tensor<T, 3>& d_stream,
                                        AttentionLayerBackward<T>& w,
                                        AttentionLayer& gradient,
                                        Ledger& ledger) const {
  require(d_stream.shape() == trace.stream.shape(),
          "a gradient of {} values for a stream of {}", d_stream.size(),
          trace.stream.size());
  w.d_hidden.resize(trace.hidden.shape());
  linear_input_gradient<T>(d_stream, mlp_out_, w.d_hidden, Onto::nothing,
                           ledger[Part::mlp]);
  gelu_backward(trace.hidden, widths_.gelu, w.hidden, w.d_hidden,
                ledger[Part::mlp]);
  linear_gradient<T>(w.hidden, d_stream, gradient.mlp_out_, ledger[Part::mlp]);
  layer_norm(trace.attended, mlp_norm_, w.normed, ledger[Part::layer_norm]);
  linear_gradient<T>(w.normed, w.d_hidden, gradient.mlp_in_, ledger[Part::mlp]);
  w.d_normed.resize(trace.stream.shape());
  linear_input_gradient<T>(w.d_hidden, mlp_in_, w.d_normed, Onto::nothing,
                           ledger[Part::mlp]);
  layer_norm_backward(trace.attended, mlp_norm_, w.d_normed, gradient.mlp_norm_,
                      d_stream, w.norm_room, ledger[Part::layer_norm]);
  w.d_mixed.resize(trace.mixed.shape());
  linear_input_gradient<T>(d_stream, output_, w.d_mixed, Onto::nothing,
                           ledger[Part::output_projection]);
  linear_gradient<T>(trace.mixed, d_stream, gradient.output_,
                     ledger[Part::output_projection]);
  if (!widths_.query_residual) clear(d_stream, ledger);
}

template <class T>
void AttentionLayer<T>::backward(const AttentionLayerTrace<T>& trace,
                                 const Mask& mask, Tensor<T, 3>& d_stream,
                                 AttentionLayerBackward<T>& w,
                                 AttentionLayer& gradient,
                                 Ledger& ledger) const {
  finish_backward(trace, d_stream, w, gradient, ledger);
  layer_norm(trace.stream, norm_, w.normed, ledger[Part::layer_norm]);
  attend_backward(w.normed, mask, projections_, trace.attend, trace.mixed,
                  w.d_mixed, w.attend, gradient.projections_, w.d_normed,
                  ledger);
  layer_norm_backward(trace.stream, norm_, w.d_normed, gradient.norm_, d_stream,
                      w.norm_room, ledger[Part::layer_norm]);
}

template <class T>
void AttentionLayer<T>::backward(const AttentionLayerTrace<T>& trace,
                                 const Mask& mask,
                                 const MixTokensBackward<T>& mix,
                                 Tensor<T, 3>& d_stream,
                                 AttentionLayerBackward<T>& w,
                                 AttentionLayer& gradient,
                                 Ledger& ledger) const {
  finish_backward(trace, d_stream, w, gradient, ledger);
  layer_norm(trace.stream, norm_, w.normed, ledger[Part::layer_norm]);
  attend_backward(w.normed, mask, projections_, mix, trace.attend, trace.mixed,
                  w.d_mixed, w.attend, gradient.projections_, w.d_normed,
                  ledger);
  layer_norm_backward(trace.stream, norm_, w.d_normed, gradient.norm_, d_stream,
                      w.norm_room, ledger[Part::layer_norm]);
}

template <class T>
void AttentionLayer<T>::backward(const AttentionLayerTrace<T>& trace,
                                 const Tensor<T, 3>& inputs, const Mask& mask,
                                 Tensor<T, 3>& d_stream,
                                 AttentionLayerBackward<T>& w,
                                 AttentionLayer& gradient,
                                 Tensor<T, 3>* d_inputs, Ledger& ledger,
                                 const Mask* query_mask) const {
  finish_backward(trace, d_stream, w, gradient, ledger);
  if (query_mask != nullptr && ledger.computes()) {
    clear_masked_rows(*query_mask, w.d_mixed);
  }
  layer_norm(trace.stream, norm_, w.normed, ledger[Part::layer_norm]);
  const CrossAttentionRules rules{widths_.plan, widths_.mean_if_fully_masked};
  attend_backward(w.normed, inputs, &input_norm_, mask, projections_, rules,
                  trace.attend, trace.mixed, w.d_mixed, w.attend,
                  &gradient.input_norm_, gradient.projections_, w.d_normed,
                  d_inputs, ledger);
  layer_norm_backward(trace.stream, norm_, w.d_normed, gradient.norm_, d_stream,
                      w.norm_room, ledger[Part::layer_norm]);
}

template class AttentionLayer<float>;
template class AttentionLayer<double>;

}  // namespace suite
