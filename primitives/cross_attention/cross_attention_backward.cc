#include "primitives/cross_attention/cross_attention_backward.h"

#include <algorithm>

#include "primitives/threads.h"

namespace suite {

template <class T>
void CrossAttentionBackward<T>::lay_out(const CrossAttentionShape& s,
                                        const CrossAttentionPlan& plan,
                                        bool d_inputs, Buffers& buffers) {
  if (form_ == AttentionForm::streaming) {
    return one_pass_of(plan).lay_out(s, plan.of_pass(), d_inputs, buffers);
  }
  const std::array<std::size_t, 3> all = {s.batch, s.inputs, s.channels};
  const std::array<std::size_t, 3> none = {0, 0, 0};
  const bool through = s.normed || d_inputs;
  made_again_.lay_out(s, buffers);
  buffers(normed_, s.normed ? all : none);
  buffers(d_normed_, through ? all : none);
  buffers(unused_, s.normed && !d_inputs ? all : none);
  buffers(d_keys_, {s.batch, s.inputs, s.qk_channels});
  buffers(d_values_, {s.batch, s.inputs, s.v_channels});
  attention_.lay_out(s.attention(), buffers);
  if (s.normed) norm_room_.lay_out(s.batch * s.inputs, s.channels, buffers);
}

template <class T>
void CrossAttentionBackward<T>::run(const CrossAttentionRun<T>& forward,
                                    const InputMapGradients<T>& gradients,
                                    Tensor<T, 3>& d_queries,
                                    Tensor<T, 3>* d_inputs, Ledger& ledger) {
  if (form_ == AttentionForm::materialised) {
    return run_materialised(forward, gradients, d_queries, d_inputs, ledger);
  }
  one_pass_of(forward.plan)
      .run(forward.shape(), forward.plan.of_pass(),
           {forward.queries, forward.inputs, forward.mask, forward.maps,
            forward.result},
           gradients, d_queries, d_inputs, ledger);
}

template <class T>
void CrossAttentionBackward<T>::run_materialised(
    const CrossAttentionRun<T>& forward, const InputMapGradients<T>& gradients,
    Tensor<T, 3>& d_queries, Tensor<T, 3>* d_inputs, Ledger& ledger) {
  const CrossAttentionShape s = forward.shape();
  Buffers buffers = Buffers::allocating(threads());
  lay_out(s, forward.plan, d_inputs != nullptr, buffers);
  d_queries.resize(forward.queries.shape());
  made_again_.make(s, forward.inputs, forward.maps, ledger);
  attention_.run({.queries = forward.queries,
                  .keys = made_again_.keys(),
                  .values = made_again_.values(),
                  .mask = forward.mask,
                  .heads = forward.heads,
                  .by_heads = true},
                 forward.result, {d_queries, d_keys_, d_values_}, ledger);
  const Tensor<T, 3>* read = &forward.inputs;
  if (s.normed) {
    layer_norm(forward.inputs, *forward.maps.norm, normed_,
               ledger[Part::layer_norm]);
    read = &normed_;
  }
  linear_gradient<T>(*read, d_keys_, *gradients.key,
                     ledger[Part::key_value_projection]);
  linear_gradient<T>(*read, d_values_, *gradients.value,
                     ledger[Part::key_value_projection]);
  if (!s.normed && d_inputs == nullptr) return;
  Tensor<T, 3>& through = s.normed ? d_normed_ : *d_inputs;
  const Onto onto = s.normed ? Onto::nothing : Onto::what_is_there;
  linear_input_gradient<T>(d_keys_, *forward.maps.key, through, onto,
                           ledger[Part::key_value_projection]);
  linear_input_gradient<T>(d_values_, *forward.maps.value, through,
                           Onto::what_is_there,
                           ledger[Part::key_value_projection]);
  if (!s.normed) return;
  // The norm's own gradient is wanted, if not the inputs'.
  layer_norm_backward(forward.inputs, *forward.maps.norm, d_normed_,
                      *gradients.norm,
                      d_inputs == nullptr ? unused_ : *d_inputs, norm_room_,
                      ledger[Part::layer_norm]);
}

template class CrossAttentionBackward<float>;
template class CrossAttentionBackward<double>;

}  // namespace suite
