#include "primitives/layers/attention_layer.h"

namespace suite {

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
                  Linear<T>(read, w.keys()), Linear<T>(read, w.values()),
                  w.heads};
}

template <class T>
void AttentionLayer<T>::forward(Tensor<T, 3>& stream, const Mask& mask,
                                AttentionBuffers<T>& buffers,
                                Ledger& ledger) const {
  layer_norm(stream, norm_, buffers.normed, ledger[Part::layer_norm]);
  attend(buffers.normed, mask, projections_, buffers, buffers.mixed, ledger);
  finish(stream, buffers, ledger);
}

template <class T>
void AttentionLayer<T>::forward(Tensor<T, 3>& stream, const Mask& mask,
                                const Mix<T>& mix, AttentionBuffers<T>& buffers,
                                Ledger& ledger) const {
  layer_norm(stream, norm_, buffers.normed, ledger[Part::layer_norm]);
  attend(buffers.normed, mask, projections_, mix, buffers, buffers.mixed,
         ledger);
  finish(stream, buffers, ledger);
}

template <class T>
void AttentionLayer<T>::forward(Tensor<T, 3>& stream,
                                const Tensor<T, 3>& inputs, const Mask& mask,
                                AttentionBuffers<T>& buffers,
                                Ledger& ledger) const {
  layer_norm(stream, norm_, buffers.normed, ledger[Part::layer_norm]);
  attend(buffers.normed, inputs, &input_norm_, mask, projections_, widths_.plan,
         buffers, buffers.mixed, ledger);
  finish(stream, buffers, ledger);
}

template <class T>
void AttentionLayer<T>::finish(Tensor<T, 3>& stream,
                               AttentionBuffers<T>& buffers,
                               Ledger& ledger) const {
  if (widths_.query_residual) {
    linear_onto(buffers.mixed, output_, stream,
                ledger[Part::output_projection]);
  } else {
    linear(buffers.mixed, output_, stream, ledger[Part::output_projection]);
  }
  layer_norm(stream, mlp_norm_, buffers.normed, ledger[Part::layer_norm]);
  linear_gelu(buffers.normed, mlp_in_, widths_.gelu, buffers.hidden,
              ledger[Part::mlp]);
  linear_onto(buffers.hidden, mlp_out_, stream, ledger[Part::mlp]);
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
