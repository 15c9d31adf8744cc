#include "primitives/cross_attention/cross_attention.h"

#include <algorithm>

#include "primitives/cross_attention/folds.h"
#include "primitives/keep.h"
#include "support/check.h"

namespace suite {
namespace {

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

void require_no_share(const InputShare& share) {
  require(!share.shared(),
          "over ranks inputs are read in one pass: neither form = materialised "
          "nor the plan `keep` goes with it");
}

}  // namespace

template <class T>
void CrossAttention<T>::forward(const Tensor<T, 3>& queries,
                                const Tensor<T, 3>& inputs, const Mask& mask,
                                const InputMaps<T>& maps, std::size_t heads,
                                const CrossAttentionPlan& given,
                                Tensor<T, 3>& output, Ledger& ledger,
                                AttentionTrace<T>* trace) {
  CrossAttentionPlan plan = given;
  plan.share = share_;
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
    require_no_share(plan.share);
    if (!plan.keep) forget();
    return attend_to_kept(shape, queries, inputs, mask, maps, output, ledger,
                          trace);
  }
  if (plan.fold_keys) {
    fold<T>(queries, *maps.key, maps.norm, heads, folded_,
            ledger[Part::key_value_projection]);
  }
  one_pass_.run(shape, plan,
                {plan.fold_keys ? folded_ : queries, inputs, mask, maps},
                plan.fold_values ? mean_ : output, ledger,
                trace == nullptr ? nullptr : &trace->log_sum_exp, exchange_);
  if (plan.fold_values) {
    if (trace != nullptr) keep_copy(mean_, trace->means, ledger);
    unfold(mean_, *maps.value, maps.norm, Offsets::with, heads, output,
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
    require_no_share(plan.share);
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
