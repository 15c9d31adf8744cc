#include "primitives/attention_layer/attend_backward.h"

namespace suite {

template <class T>
void attend_backward(const Tensor<T, 3>& input, const Mask& mask,
                     const Projections<T>& projections,
                     const AttendTrace<T>& trace, const Tensor<T, 3>& output,
                     const Tensor<T, 3>& d_output, AttendBackward<T>& w,
                     Projections<T>& gradient, Tensor<T, 3>& d_input,
                     Ledger& ledger) {
  const MixTokensBackward<T> attention =
      [&](const AttentionInputs<T>& inputs, const AttentionResult<T>& result,
          const AttentionInputGradients<T>& gradients,
          Ledger& book) { w.attention.run(inputs, result, gradients, book); };
  attend_backward(input, mask, projections, attention, trace, output, d_output,
                  w, gradient, d_input, ledger);
}

template <class T>
void attend_backward(const Tensor<T, 3>& input, const Mask& mask,
                     const Projections<T>& projections,
                     const MixTokensBackward<T>& mix,
                     const AttendTrace<T>& trace, const Tensor<T, 3>& output,
                     const Tensor<T, 3>& d_output, AttendBackward<T>& w,
                     Projections<T>& gradient, Tensor<T, 3>& d_input,
                     Ledger& ledger) {
  const bool shared = projections.shared_keys();
  w.d_queries.resize(trace.queries.shape());
  if (!shared) w.d_keys.resize(trace.keys.shape());
  w.d_values.resize(trace.values.shape());
  mix({trace.queries, shared ? trace.queries : trace.keys, trace.values, mask,
       projections.heads},
      {output, trace.attention, d_output}, {w.d_queries, w.d_keys, w.d_values},
      ledger);
  d_input.resize(input.shape());
  const auto through = [&](const Tensor<T, 3>& d, const Linear<T>& map,
                           Linear<T>& map_gradient, Onto onto, Part part) {
    linear_gradient<T>(input, d, map_gradient, ledger[part]);
    linear_input_gradient<T>(d, map, d_input, onto, ledger[part]);
  };
  through(w.d_queries, projections.query, gradient.query, Onto::nothing,
          Part::query_projection);
  if (!shared) {
    through(w.d_keys, projections.key, gradient.key, Onto::what_is_there,
            Part::key_value_projection);
  }
  through(w.d_values, projections.value, gradient.value, Onto::what_is_there,
          Part::key_value_projection);
}

template <class T>
void attend_backward(const Tensor<T, 3>& query_input,
                     const Tensor<T, 3>& inputs, const LayerNorm<T>* norm,
                     const Mask& mask, const Projections<T>& projections,
                     const CrossAttentionRules& rules,
                     const AttendTrace<T>& trace, const Tensor<T, 3>& output,
                     const Tensor<T, 3>& d_output, AttendBackward<T>& w,
                     LayerNorm<T>* norm_gradient, Projections<T>& gradient,
                     Tensor<T, 3>& d_query_input, Tensor<T, 3>* d_inputs,
                     Ledger& ledger) {
  const bool mean = rules.mean_if_fully_masked && mask.size() > 0;
  w.d_queries.resize(trace.queries.shape());
  if (mean) show_where_fully_masked(mask, w.d_queries, w.shown);
  w.cross_attention.run({trace.queries,
                         inputs,
                         mean ? w.shown : mask,
                         {norm, &projections.key, &projections.value},
                         projections.heads,
                         rules.plan,
                         {output, trace.attention, d_output}},
                        {norm_gradient, &gradient.key, &gradient.value},
                        w.d_queries, d_inputs, ledger);
  // Of examples whose inputs are all masked the queries were replaced by zeros:
  // nothing reaches what they were made of.
  if (mean) show_where_fully_masked(mask, w.d_queries, w.shown);
  d_query_input.resize(query_input.shape());
  linear_gradient<T>(query_input, w.d_queries, gradient.query,
                     ledger[Part::query_projection]);
  linear_input_gradient<T>(w.d_queries, projections.query, d_query_input,
                           Onto::nothing, ledger[Part::query_projection]);
}

#define SUITE_ATTEND_BACKWARD(T)                                               \
  template void attend_backward<T>(                                            \
      const Tensor<T, 3>&, const Mask&, const Projections<T>&,                 \
      const AttendTrace<T>&, const Tensor<T, 3>&, const Tensor<T, 3>&,         \
      AttendBackward<T>&, Projections<T>&, Tensor<T, 3>&, Ledger&);            \
  template void attend_backward<T>(                                            \
      const Tensor<T, 3>&, const Mask&, const Projections<T>&,                 \
      const MixTokensBackward<T>&, const AttendTrace<T>&, const Tensor<T, 3>&, \
      const Tensor<T, 3>&, AttendBackward<T>&, Projections<T>&, Tensor<T, 3>&, \
      Ledger&);                                                                \
  template void attend_backward<T>(                                            \
      const Tensor<T, 3>&, const Tensor<T, 3>&, const LayerNorm<T>*,           \
      const Mask&, const Projections<T>&, const CrossAttentionRules&,          \
      const AttendTrace<T>&, const Tensor<T, 3>&, const Tensor<T, 3>&,         \
      AttendBackward<T>&, LayerNorm<T>*, Projections<T>&, Tensor<T, 3>&,       \
      Tensor<T, 3>*, Ledger&)

SUITE_ATTEND_BACKWARD(float);
SUITE_ATTEND_BACKWARD(double);

#undef SUITE_ATTEND_BACKWARD

}  // namespace suite
