#include "primitives/layers/attend.h"

namespace suite {

template <class T>
void Projections<T>::for_each_parameter(const std::string& name,
                                        const ParameterVisitor<T>& visit) {
  query.for_each_parameter(name + ".query", visit);
  key.for_each_parameter(name + ".key", visit);
  value.for_each_parameter(name + ".value", visit);
}

template <class T>
void attend(const Tensor<T, 3>& input, const Mask& mask,
            const Projections<T>& projections, AttentionBuffers<T>& buffers,
            Tensor<T, 3>& output, Ledger& ledger) {
  const Mix<T> attention = [&](const AttentionInputs<T>& inputs,
                               Tensor<T, 3>& mixed, Ledger& book) {
    buffers.attention->forward(inputs, mixed, book);
  };
  attend(input, mask, projections, attention, buffers, output, ledger);
}

template <class T>
void attend(const Tensor<T, 3>& input, const Mask& mask,
            const Projections<T>& projections, const Mix<T>& mix,
            AttentionBuffers<T>& buffers, Tensor<T, 3>& output,
            Ledger& ledger) {
  linear(input, projections.query, buffers.queries,
         ledger[Part::query_projection]);
  linear(input, projections.key, buffers.keys,
         ledger[Part::key_value_projection]);
  linear(input, projections.value, buffers.values,
         ledger[Part::key_value_projection]);
  mix({buffers.queries, buffers.keys, buffers.values, mask, projections.heads},
      output, ledger);
}

template <class T>
void attend(const Tensor<T, 3>& query_input, const Tensor<T, 3>& inputs,
            const LayerNorm<T>* norm, const Mask& mask,
            const Projections<T>& projections, const ReadPlan& plan,
            AttentionBuffers<T>& buffers, Tensor<T, 3>& output,
            Ledger& ledger) {
  linear(query_input, projections.query, buffers.queries,
         ledger[Part::query_projection]);
  buffers.reader.read(buffers.queries, inputs, mask,
                      {norm, &projections.key, &projections.value},
                      projections.heads, plan, output, ledger);
}

template struct Projections<float>;
template struct Projections<double>;
template void attend<float>(const Tensor<float, 3>&, const Mask&,
                            const Projections<float>&, AttentionBuffers<float>&,
                            Tensor<float, 3>&, Ledger&);
template void attend<double>(const Tensor<double, 3>&, const Mask&,
                             const Projections<double>&,
                             AttentionBuffers<double>&, Tensor<double, 3>&,
                             Ledger&);
template void attend<float>(const Tensor<float, 3>&, const Mask&,
                            const Projections<float>&, const Mix<float>&,
                            AttentionBuffers<float>&, Tensor<float, 3>&,
                            Ledger&);
template void attend<double>(const Tensor<double, 3>&, const Mask&,
                             const Projections<double>&, const Mix<double>&,
                             AttentionBuffers<double>&, Tensor<double, 3>&,
                             Ledger&);
template void attend<float>(const Tensor<float, 3>&, const Tensor<float, 3>&,
                            const LayerNorm<float>*, const Mask&,
                            const Projections<float>&, const ReadPlan&,
                            AttentionBuffers<float>&, Tensor<float, 3>&,
                            Ledger&);
template void attend<double>(const Tensor<double, 3>&, const Tensor<double, 3>&,
                             const LayerNorm<double>*, const Mask&,
                             const Projections<double>&, const ReadPlan&,
                             AttentionBuffers<double>&, Tensor<double, 3>&,
                             Ledger&);

}  // namespace suite
