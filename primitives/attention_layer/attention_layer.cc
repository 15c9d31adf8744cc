#include "primitives/attention_layer/attention_layer.h"

#include "primitives/keep.h"
#include "primitives/layers/gelu_pass.h"

namespace suite {
namespace {

// Where attention's output goes.
template <class T>
Tensor<T, 3>& mixed_of(AttentionWorkspace<T>& workspace,
                       AttentionLayerTrace<T>* trace) {
  return trace == nullptr ? workspace.mixed : trace->mixed;
}

}  // namespace

template <class T>
AttentionLayer<T>::AttentionLayer(const AttentionLayerWidths& w)
    : widths_(w),
      norm_(w.channels),
      output_(w.v_channels, w.channels),
      mlp_norm_(w.channels),
      mlp_in_(w.channels, w.widening * w.channels),
      mlp_out_(w.widening * w.channels, w.channels) {
  require(w.heads > 0 && w.qk_channels % w.heads == 0 &&
              w.v_channels % w.heads == 0,
          "{} heads must divide the {} query and {} value channels", w.heads,
          w.qk_channels, w.v_channels);
  const bool cross = w.input_channels > 0;
  const std::size_t read = cross ? w.input_channels : w.channels;
  if (cross) input_norm_ = LayerNorm<T>(read);
  projections_ = {Linear<T>(w.channels, w.qk_channels),
                  w.shared_keys ? Linear<T>() : Linear<T>(read, w.keys()),
                  Linear<T>(read, w.values()), w.heads};
}

template <class T>
void AttentionLayer<T>::forward(Tensor<T, 3>& stream, const Mask& mask,
                                AttentionWorkspace<T>& workspace,
                                Ledger& ledger,
                                AttentionLayerTrace<T>* trace) const {
  if (trace != nullptr) keep_copy(stream, trace->stream, ledger);
  layer_norm(stream, norm_, workspace.normed, ledger[Part::layer_norm]);
  attend(workspace.normed, mask, projections_, workspace,
         mixed_of(workspace, trace), ledger,
         trace == nullptr ? nullptr : &trace->attend);
  finish(stream, workspace, trace, ledger);
}

template <class T>
void AttentionLayer<T>::forward(Tensor<T, 3>& stream, const Mask& mask,
                                const MixTokens<T>& mix,
                                AttentionWorkspace<T>& workspace,
                                Ledger& ledger,
                                AttentionLayerTrace<T>* trace) const {
  if (trace != nullptr) keep_copy(stream, trace->stream, ledger);
  layer_norm(stream, norm_, workspace.normed, ledger[Part::layer_norm]);
  attend(workspace.normed, mask, projections_, mix, workspace,
         mixed_of(workspace, trace), ledger,
         trace == nullptr ? nullptr : &trace->attend);
  finish(stream, workspace, trace, ledger);
}

template <class T>
void AttentionLayer<T>::forward(Tensor<T, 3>& stream,
                                const Tensor<T, 3>& inputs, const Mask& mask,
                                AttentionWorkspace<T>& workspace,
                                Ledger& ledger, const Mask* query_mask,
                                AttentionLayerTrace<T>* trace) const {
  if (trace != nullptr) keep_copy(stream, trace->stream, ledger);
  layer_norm(stream, norm_, workspace.normed, ledger[Part::layer_norm]);
  const CrossAttentionRules rules{widths_.plan, widths_.mean_if_fully_masked};
  attend(workspace.normed, inputs, &input_norm_, mask, projections_, rules,
         workspace, mixed_of(workspace, trace), ledger,
         trace == nullptr ? nullptr : &trace->attend);
  if (query_mask != nullptr && ledger.computes()) {
    clear_masked_rows(*query_mask, mixed_of(workspace, trace));
  }
  finish(stream, workspace, trace, ledger);
}

template <class T>
void AttentionLayer<T>::finish(Tensor<T, 3>& stream,
                               AttentionWorkspace<T>& workspace,
                               AttentionLayerTrace<T>* trace,
                               Ledger& ledger) const {
  if (widths_.query_residual) {
    linear_onto(mixed_of(workspace, trace), output_, stream,
                ledger[Part::output_projection]);
  } else {
    linear(mixed_of(workspace, trace), output_, stream,
           ledger[Part::output_projection]);
  }
  if (trace != nullptr) keep_copy(stream, trace->attended, ledger);
  layer_norm(stream, mlp_norm_, workspace.normed, ledger[Part::layer_norm]);
  if (trace == nullptr) {
    linear_gelu(workspace.normed, mlp_in_, widths_.gelu, workspace.hidden,
                ledger[Part::mlp]);
  } else {
    linear(workspace.normed, mlp_in_, trace->hidden, ledger[Part::mlp]);
    gelu_pass(trace->hidden, widths_.gelu, workspace.hidden, ledger[Part::mlp]);
  }
  linear_onto(workspace.hidden, mlp_out_, stream, ledger[Part::mlp]);
}

template <class T>
void AttentionLayer<T>::for_each_parameter(const std::string& name,
                                           const ParameterVisitor<T>& visit) {
  norm_.for_each_parameter(name + ".norm", visit);
  if (input_norm_.scale.size() > 0) {
    input_norm_.for_each_parameter(name + ".input_norm", visit);
  }
  projections_.for_each_parameter(name, visit);
  output_.for_each_parameter(name + ".output", visit);
  mlp_norm_.for_each_parameter(name + ".mlp_norm", visit);
  mlp_in_.for_each_parameter(name + ".mlp_in", visit);
  mlp_out_.for_each_parameter(name + ".mlp_out", visit);
}

template class AttentionLayer<float>;
template class AttentionLayer<double>;

}  // namespace suite
