#include "primitives/attention_layer/attend.h"

#include <algorithm>

namespace suite {

template <class T>
void show_where_fully_masked(const Mask& mask, Tensor<T, 3>& queries,
                             Mask& shown) {
  shown = mask;
  for (std::size_t b = 0; b < mask.shape(0); ++b) {
    std::uint8_t* first = &shown(b, 0);
    std::uint8_t* end = first + shown.shape(1);
    if (std::any_of(first, end, [](auto one) { return one != 0; })) continue;
    std::fill(first, end, std::uint8_t{1});
    const MatrixView<T> rows = example(queries, b);
    std::fill_n(rows.data, rows.rows * rows.cols, T(0));
  }
}

template <class T>
void clear_masked_rows(const Mask& mask, Tensor<T, 3>& rows) {
  require(mask.size() == all_rows(rows).rows, "a mask of {} for {} rows",
          mask.size(), all_rows(rows).rows);
  for (std::size_t r = 0; r < mask.size(); ++r) {
    if (mask.data()[r] != 0) continue;
    std::fill_n(all_rows(rows).row(r), rows.shape(2), T(0));
  }
}

template <class T>
void Projections<T>::for_each_parameter(const std::string& name,
                                        const ParameterVisitor<T>& visit) {
  query.for_each_parameter(name + ".query", visit);
  if (!shared_keys()) key.for_each_parameter(name + ".key", visit);
  value.for_each_parameter(name + ".value", visit);
}

template <class T>
void attend(const Tensor<T, 3>& input, const Mask& mask,
            const Projections<T>& projections, AttentionWorkspace<T>& workspace,
            Tensor<T, 3>& output, Ledger& ledger, AttendTrace<T>* trace) {
  const MixTokens<T> attention = [&](const AttentionInputs<T>& inputs,
                                     Tensor<T, 3>& mixed, Ledger& book) {
    workspace.attention->forward(
        inputs, mixed, book, trace == nullptr ? nullptr : &trace->attention);
  };
  attend(input, mask, projections, attention, workspace, output, ledger, trace);
}

template <class T>
void attend(const Tensor<T, 3>& input, const Mask& mask,
            const Projections<T>& projections, const MixTokens<T>& mix,
            AttentionWorkspace<T>& workspace, Tensor<T, 3>& output,
            Ledger& ledger, AttendTrace<T>* trace) {
  const bool keeps = trace != nullptr;
  Tensor<T, 3>& queries = keeps ? trace->queries : workspace.queries;
  Tensor<T, 3>& keys = keeps ? trace->keys : workspace.keys;
  Tensor<T, 3>& values = keeps ? trace->values : workspace.values;
  linear(input, projections.query, queries, ledger[Part::query_projection]);
  const bool shared = projections.shared_keys();
  if (!shared) {
    linear(input, projections.key, keys, ledger[Part::key_value_projection]);
  }
  linear(input, projections.value, values, ledger[Part::key_value_projection]);
  mix({queries, shared ? queries : keys, values, mask, projections.heads},
      output, ledger);
}

template <class T>
void attend(const Tensor<T, 3>& query_input, const Tensor<T, 3>& inputs,
            const LayerNorm<T>* norm, const Mask& mask,
            const Projections<T>& projections, const CrossAttentionRules& rules,
            AttentionWorkspace<T>& workspace, Tensor<T, 3>& output,
            Ledger& ledger, AttendTrace<T>* trace) {
  Tensor<T, 3>& queries = trace == nullptr ? workspace.queries : trace->queries;
  linear(query_input, projections.query, queries,
         ledger[Part::query_projection]);
  const bool mean = rules.mean_if_fully_masked && mask.size() > 0;
  if (mean) show_where_fully_masked(mask, queries, workspace.shown);
  workspace.cross_attention.forward(
      queries, inputs, mean ? workspace.shown : mask,
      {norm, &projections.key, &projections.value}, projections.heads,
      rules.plan, output, ledger,
      trace == nullptr ? nullptr : &trace->attention);
}

template void show_where_fully_masked<float>(const Mask&, Tensor<float, 3>&,
                                             Mask&);
template void show_where_fully_masked<double>(const Mask&, Tensor<double, 3>&,
                                              Mask&);
template void clear_masked_rows<float>(const Mask&, Tensor<float, 3>&);
template void clear_masked_rows<double>(const Mask&, Tensor<double, 3>&);
template struct Projections<float>;
template struct Projections<double>;
template void attend<float>(const Tensor<float, 3>&, const Mask&,
                            const Projections<float>&,
                            AttentionWorkspace<float>&, Tensor<float, 3>&,
                            Ledger&, AttendTrace<float>*);
template void attend<double>(const Tensor<double, 3>&, const Mask&,
                             const Projections<double>&,
                             AttentionWorkspace<double>&, Tensor<double, 3>&,
                             Ledger&, AttendTrace<double>*);
template void attend<float>(const Tensor<float, 3>&, const Mask&,
                            const Projections<float>&, const MixTokens<float>&,
                            AttentionWorkspace<float>&, Tensor<float, 3>&,
                            Ledger&, AttendTrace<float>*);
template void attend<double>(const Tensor<double, 3>&, const Mask&,
                             const Projections<double>&,
                             const MixTokens<double>&,
                             AttentionWorkspace<double>&, Tensor<double, 3>&,
                             Ledger&, AttendTrace<double>*);
template void attend<float>(const Tensor<float, 3>&, const Tensor<float, 3>&,
                            const LayerNorm<float>*, const Mask&,
                            const Projections<float>&,
                            const CrossAttentionRules&,
                            AttentionWorkspace<float>&, Tensor<float, 3>&,
                            Ledger&, AttendTrace<float>*);
template void attend<double>(const Tensor<double, 3>&, const Tensor<double, 3>&,
                             const LayerNorm<double>*, const Mask&,
                             const Projections<double>&,
                             const CrossAttentionRules&,
                             AttentionWorkspace<double>&, Tensor<double, 3>&,
                             Ledger&, AttendTrace<double>*);

}  // namespace suite
