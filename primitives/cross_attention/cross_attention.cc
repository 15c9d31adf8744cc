#include "primitives/cross_attention/cross_attention.h"

#include <algorithm>

#include "primitives/panels/parallel_product.h"
#include "support/check.h"

namespace suite {
namespace {

// out[batch, M, heads·C]: of each head, queries[batch, M, d] · Wkᵀ[d, C].
template <class T>
void fold_keys(const Tensor<T, 3>& queries, const Linear<T>& key,
               std::size_t heads, Tensor<T, 3>& out, const Meter& meter) {
  const std::size_t channels = key.in(), d = key.out() / heads;
  out.resize({queries.shape(0), queries.shape(1), heads * channels});
  const std::size_t rows = all_rows(queries).rows;
  const Work work{.macs = rows * key.out() * channels,
                  .bytes_moved =
                      sizeof(T) * (rows * key.out() + channels * key.out() +
                                   out.size())};
  if (!meter.add(work)) return;
  for (std::size_t h = 0; h < heads; ++h) {
    parallel_product<T>(
        all_rows(queries).columns(h * d, d),
        {matrix(key.weight).columns(h * d, d), /*transpose=*/true},
        all_rows(out).columns(h * channels, channels), {}, AsItIs<T>());
  }
}

// out[batch, M, v_channels]: of each head, mean[batch, M, C] · Wv[C, d] + b.
template <class T>
void unfold_values(const Tensor<T, 3>& mean, const Linear<T>& value,
                   std::size_t heads, Tensor<T, 3>& out, const Meter& meter) {
  const std::size_t channels = value.in(), d = value.out() / heads;
  out.resize({mean.shape(0), mean.shape(1), value.out()});
  const std::size_t rows = all_rows(out).rows;
  const Work work{.macs = rows * value.out() * channels,
                  .bytes_moved =
                      sizeof(T) * (mean.size() + channels * value.out() +
                                   out.size())};
  if (!meter.add(work)) return;
  for (std::size_t h = 0; h < heads; ++h) {
    const T* bias =
        value.bias.size() > 0 ? value.bias.data() + h * d : nullptr;
    parallel_product<T>(all_rows(mean).columns(h * channels, channels),
                        {matrix(value.weight).columns(h * d, d)},
                        all_rows(out).columns(h * d, d), {false, bias},
                        AsItIs<T>());
  }
}

// Where every input is hidden there is no mean that a bias could follow.
template <class T>
void clear_fully_masked(const Mask& mask, Tensor<T, 3>& output) {
  for (std::size_t b = 0; mask.size() > 0 && b < output.shape(0); ++b) {
    const std::uint8_t* first = &mask(b, 0);
    const std::uint8_t* end = first + mask.shape(1);
    if (std::any_of(first, end, [](auto shown) { return shown != 0; })) continue;
    const MatrixView<T> rows = example(output, b);
    std::fill_n(rows.data, rows.rows * rows.cols, T(0));
  }
}

}  // namespace

template <class T>
void CrossAttention<T>::forward(const Tensor<T, 3>& queries,
                                const Tensor<T, 3>& inputs, const Mask& mask,
                                const InputMaps<T>& maps, std::size_t heads,
                                const CrossAttentionPlan& plan,
                                Tensor<T, 3>& output, Ledger& ledger,
                                AttentionTrace<T>* trace) {
  const CrossAttentionShape shape{inputs.shape(0), queries.shape(1),
                                  inputs.shape(1), inputs.shape(2),
                                  maps.key->out(), maps.value->out(),
                                  heads,           maps.norm != nullptr};
  require(inputs.shape(2) == maps.key->in() &&
              inputs.shape(2) == maps.value->in(),
          "the inputs have {} channels, the maps to keys and values take {} and "
          "{}",
          inputs.shape(2), maps.key->in(), maps.value->in());
  if (plan.keep || form_ == AttentionForm::materialised) {
    if (!plan.keep) forget();
    return attend_to_kept(shape, queries, inputs, mask, maps, output, ledger,
                          trace);
  }
  if (plan.fold_keys) {
    fold_keys(queries, *maps.key, heads, folded_,
              ledger[Part::key_value_projection]);
  }
  one_pass_.run(shape, plan,
                {plan.fold_keys ? folded_ : queries, inputs, mask, maps},
                plan.fold_values ? mean_ : output, ledger,
                trace == nullptr ? nullptr : &trace->log_sum_exp);
  if (plan.fold_values) {
    unfold_values(mean_, *maps.value, heads, output,
                  ledger[Part::key_value_projection]);
    if (ledger.computes()) clear_fully_masked(mask, output);
  }
}

template <class T>
void CrossAttention<T>::attend_to_kept(
    const CrossAttentionShape& shape, const Tensor<T, 3>& queries,
    const Tensor<T, 3>& inputs, const Mask& mask, const InputMaps<T>& maps,
    Tensor<T, 3>& output, Ledger& ledger, AttentionTrace<T>* trace) {
  if (!attention_) attention_ = make_attention<T>(form_);
  if (kept_for_ != maps.key) kept_.make(shape, inputs, maps, ledger);
  kept_for_ = maps.key;
  attention_->forward({.queries = queries,
                       .keys = kept_.keys(),
                       .values = kept_.values(),
                       .mask = mask,
                       .heads = shape.heads,
                       .by_heads = true},
                      output, ledger, trace);
}

template <class T>
std::uint64_t CrossAttention<T>::buffer_bytes(const CrossAttentionShape& s,
                                              AttentionForm form,
                                              const CrossAttentionPlan& plan,
                                              int threads) {
  if (plan.keep || form == AttentionForm::materialised) {
    return attention_buffer_bytes<T>(form, s.attention(), threads) +
           bytes_laid_out<KeysAndValues<T>>(threads, s);
  }
  const std::size_t wide = s.batch * s.latents * s.heads * s.channels;
  return bytes_laid_out<OnePass<T>>(threads, s, plan) +
         sizeof(T) *
             ((plan.fold_keys ? wide : 0) + (plan.fold_values ? wide : 0));
}

template class CrossAttention<float>;
template class CrossAttention<double>;

}  // namespace suite
