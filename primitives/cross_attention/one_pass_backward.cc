#include "primitives/cross_attention/one_pass_backward.h"

#include <omp.h>

#include <algorithm>
#include <limits>

#include "primitives/cross_attention/folds.h"
#include "primitives/panels/caches.h"
#include "primitives/panels/transposed_product.h"
#include "primitives/threads.h"
#include "support/check.h"

namespace suite {
namespace {

// The sums of all ranges stay within so many bytes, but there are at least so
// many ranges.
constexpr std::size_t kMostBytesOfSums = std::size_t{64} << 20;
constexpr std::size_t kLeastRanges = 4;

// f(row of the tile, how many of those shown came before) for each shown row.
template <class F>
std::size_t for_each_shown(const std::uint8_t* valid, std::size_t rows,
                           const F& f) {
  std::size_t count = 0;
  for (std::size_t r = 0; r < rows; ++r) {
    if (valid == nullptr || valid[r] != 0) f(r, count++);
  }
  return count;
}

}  // namespace

template <class T>
OnePassCuts one_pass_backward_cuts(const CrossAttentionShape& s,
                                   const CrossAttentionPlan& plan) {
  OnePassCuts cuts = one_pass_cuts<T>(s);
  const std::size_t sums = s.batch * s.channels *
                           ((plan.fold_keys ? 0 : s.qk_channels) +
                            (plan.fold_values ? 0 : s.v_channels)) *
                           sizeof(T);
  while (cuts.ranges > kLeastRanges && cuts.ranges * sums > kMostBytesOfSums) {
    cuts.range *= 2;
    cuts.ranges = divide_up(s.inputs, cuts.range);
  }
  cuts.tile = std::min(cuts.range, even_part(cuts.range, depth_tile<T>()));
  return cuts;
}

// What follows from a shape and a plan.
template <class T>
struct OnePassBackward<T>::Sizes {
  CrossAttentionShape s;
  OnePassCuts cuts;
  MapBackwardSizes key, value;
  std::size_t qk, v;  // of one head, as attention sees them

  Sizes(const CrossAttentionShape& shape, const CrossAttentionPlan& plan)
      : s(shape),
        cuts(one_pass_backward_cuts<T>(shape, plan)),
        key{s.channels,     s.qk_channels, s.heads,
            plan.fold_keys, false,         s.batch * cuts.ranges},
        value{s.channels,       s.v_channels, s.heads,
              plan.fold_values, true,         s.batch * cuts.ranges},
        qk(key.head()),
        v(value.head()) {}

  BackwardQueries<T> queries(T* packed) const {
    return {packed, s.latents, qk, v};
  }
};

template <class T>
void OnePassBackward<T>::lay_out(const CrossAttentionShape& s,
                                 const CrossAttentionPlan& plan, bool d_inputs,
                                 Buffers& buffers) {
  const Sizes sizes(s, plan);
  const std::size_t tile = sizes.cuts.tile, wide = s.heads * s.channels;
  buffers.for_each_thread(scratch_, [&](Scratch& each, Buffers& own) {
    own(each.standard, {tile, s.channels});
    own(each.inverse, {tile});
    own(each.d_standard, {d_inputs ? tile : 0, padded<T>(s.channels)});
    MapBackward<T>::lay_out_scratch(sizes.key, tile, each.key, own);
    MapBackward<T>::lay_out_scratch(sizes.value, tile, each.value, own);
    own(each.panel, {kMostDepth * kPanelWidth<T>});
    each.room.lay_out(tile, own);
  });
  key_.lay_out(sizes.key, buffers);
  value_.lay_out(sizes.value, buffers);
  buffers(wide_queries_, {plan.fold_keys ? s.batch : 0, s.latents, wide});
  buffers(wide_d_output_, {plan.fold_values ? s.batch : 0, s.latents, wide});
  buffers(packed_, {s.batch, s.heads,
                    BackwardQueries<T>::size(s.latents, sizes.qk, sizes.v)});
  buffers(d_queries_, {s.batch * sizes.cuts.ranges, s.heads,
                       padded<T>(s.latents) * sizes.qk});
}

// One head of one example, of batch·heads.
template <class T>
void OnePassBackward<T>::pack(const Sizes& sizes, const Sources& from,
                              std::size_t head) {
  const CrossAttentionShape& s = sizes.s;
  const std::size_t b = head / s.heads, h = head % s.heads;
  const auto of_head = [&](const BatchView<const T>& all, std::size_t width) {
    return example(all, b).columns(h * width, width);
  };
  const AttentionResult<T>& result = from.result;
  const bool folded = sizes.value.folded;
  sizes.queries(&packed_(b, h, 0))
      .pack(of_head(sizes.key.folded ? wide_queries_ : from.queries, sizes.qk),
            of_head(folded ? result.trace.means : result.output, sizes.v),
            of_head(folded ? wide_d_output_ : result.d_output, sizes.v),
            &result.trace.log_sum_exp(b, h, 0), s.qk_channels / s.heads);
}

// What a tile of `count` inputs says, by all latents and heads.
template <class T>
void OnePassBackward<T>::read_tile(const Sizes& sizes, std::size_t unit,
                                   std::size_t count, bool d_inputs,
                                   Scratch& scratch, OnePassSteps& steps) {
  const CrossAttentionShape& s = sizes.s;
  const std::size_t b = unit / sizes.cuts.ranges;
  const MatrixView<const T> standard =
      matrix(scratch.standard).row_range(0, count);
  T* const d_standard = d_inputs ? scratch.d_standard.data() : nullptr;
  TickClock clock;
  if (d_inputs) {
    std::fill(scratch.d_standard.begin(), scratch.d_standard.end(), T(0));
  }
  key_.project(standard, scratch.key);
  value_.project(standard, scratch.value);
  clock.lap(steps.projection);
  for (std::size_t h = 0; h < s.heads; ++h) {
    const HeadTile<T> tile{key_.head(standard, h, scratch.key),
                           value_.head(standard, h, scratch.value), count,
                           sizes.qk, sizes.v};
    const TileGradients<T> gradients{key_.d_head(d_standard, scratch.key),
                                     value_.d_head(d_standard, scratch.value)};
    clock.lap(steps.attention.scores);
    backward_tile<T>(tile, sizes.queries(&packed_(b, h, 0)),
                     &d_queries_(unit, h, 0), gradients, scratch.room,
                     steps.attention, clock);
    key_.take_d_head(count, h, scratch.key);
    value_.take_d_head(count, h, scratch.value);
    clock.lap(steps.attention.scores);
  }
  key_.contract(standard, unit, scratch.key, scratch.panel.data());
  value_.contract(standard, unit, scratch.value, scratch.panel.data());
  if (d_inputs) {
    const MatrixView<T> to =
        matrix(scratch.d_standard).row_range(0, count).columns(0, s.channels);
    key_.add_to(to, scratch.key);
    value_.add_to(to, scratch.value);
  }
  clock.lap(steps.projection);
}

template <class T>
void OnePassBackward<T>::read_range(const Sizes& sizes, const Sources& from,
                                    std::size_t unit, Tensor<T, 3>* d_inputs,
                                    Scratch& scratch, OnePassSteps& steps) {
  const CrossAttentionShape& s = sizes.s;
  const OnePassCuts& cuts = sizes.cuts;
  const std::size_t b = unit / cuts.ranges, C = s.channels;
  const std::size_t begin = unit % cuts.ranges * cuts.range;
  const std::size_t end = std::min(begin + cuts.range, s.inputs);
  const bool normed = from.maps.norm != nullptr;
  key_.begin_range(unit);
  value_.begin_range(unit);
  std::fill_n(&d_queries_(unit, 0, 0), s.heads * d_queries_.shape(2), T(0));
  for (std::size_t n = begin; n < end; n += cuts.tile) {
    const MatrixView<const T> inputs =
        example(from.inputs, b).row_range(n, std::min(cuts.tile, end - n));
    const std::uint8_t* valid =
        from.mask.size() == 0 ? nullptr : &from.mask(b, n);
    TickClock clock;
    const std::size_t count =
        for_each_shown(valid, inputs.rows, [&](std::size_t r, std::size_t i) {
          T* const to = &scratch.standard(i, 0);
          if (normed) {
            scratch.inverse(i) = standardise_row(inputs.row(r), C, to);
          } else {
            copy_row(inputs.row(r), C, to);
          }
        });
    steps.inputs += count;
    clock.lap(steps.layer_norm);
    if (count == 0) continue;
    read_tile(sizes, unit, count, d_inputs != nullptr, scratch, steps);
    if (d_inputs == nullptr) continue;
    clock = TickClock();
    const MatrixView<T> to = example(*d_inputs, b).row_range(n, inputs.rows);
    for_each_shown(valid, inputs.rows, [&](std::size_t r, std::size_t i) {
      const T* const d = &scratch.d_standard(i, 0);
      if (normed) {
        standardise_row_backward(&scratch.standard(i, 0), d, scratch.inverse(i),
                                 C, to.row(r));
      } else {
        for (std::size_t c = 0; c < C; ++c) to.row(r)[c] += d[c];
      }
    });
    clock.lap(steps.layer_norm);
  }
}

// d_queries[batch, M, heads·qk] ← what all inputs say, T where keys are folded.
template <class T>
void OnePassBackward<T>::pass(const Sizes& sizes, const Sources& from,
                              Tensor<T, 3>& d_queries, Tensor<T, 3>* d_inputs,
                              OnePassSteps& steps) {
  const CrossAttentionShape& s = sizes.s;
  const std::size_t ranges = sizes.cuts.ranges, heads = s.batch * s.heads;
  const std::size_t panels = panel_count<T>(s.latents);
#pragma omp parallel
  {
    OnePassSteps mine;
    TickClock clock;
#pragma omp for schedule(static)
    for (std::size_t i = 0; i < heads; ++i) pack(sizes, from, i);
    clock.lap(mine.attention.scores);
#pragma omp for schedule(dynamic)
    for (std::size_t unit = 0; unit < s.batch * ranges; ++unit) {
      read_range(sizes, from, unit, d_inputs, scratch_[omp_get_thread_num()],
                 mine);
    }
    clock = TickClock();
#pragma omp for schedule(dynamic)
    for (std::size_t i = 0; i < heads * panels; ++i) {
      const std::size_t b = i / panels / s.heads, h = i / panels % s.heads;
      sum_query_panels(&d_queries_(b * ranges, h, 0), ranges,
                       s.heads * d_queries_.shape(2), i % panels,
                       example(d_queries, b).columns(h * sizes.qk, sizes.qk));
    }
    clock.lap(mine.attention.scores);
#pragma omp critical
    steps += mine;
  }
}

// Σ dV where values are folded: weights sum to 1, so it is that of d_output;
// but to 0 in an example whose inputs are all hidden.
template <class T>
void OnePassBackward<T>::add_seen(const CrossAttentionShape& s,
                                  const AttentionResult<T>& result) {
  const auto sees = [&](std::size_t b) {
    return result.trace.log_sum_exp(b, 0, 0) !=
           -std::numeric_limits<T>::infinity();
  };
  // As many examples at once as can be: each call gathers all threads.
  for (std::size_t b = 0, end = 0; b < s.batch; b = end + 1) {
    for (end = b; end < s.batch && sees(end);) ++end;
    add_column_sums(all_rows(result.d_output)
                        .row_range(b * s.latents, (end - b) * s.latents),
                    value_.sums());
  }
}

// What the pass left becomes the gradients of the maps, and of the queries
// where keys are folded.
template <class T>
void OnePassBackward<T>::finish(const Sizes& sizes, const Sources& from,
                                const InputMapGradients<T>& gradients,
                                Tensor<T, 3>& d_queries, Ledger& ledger) {
  const std::size_t heads = sizes.s.heads;
  const InputMaps<T>& maps = from.maps;
  const AttentionResult<T>& result = from.result;
  if (sizes.key.folded) {
    add_folded_gradient<T>(wide_queries_, from.queries, heads,
                           key_.contraction(),
                           ledger[Part::key_value_projection]);
    unfold(wide_queries_, *maps.key, maps.norm, Offsets::without, heads,
           d_queries, ledger[Part::key_value_projection]);
  }
  if (sizes.value.folded) {
    add_folded_gradient<T>(result.trace.means, result.d_output, heads,
                           value_.contraction(),
                           ledger[Part::key_value_projection]);
  }
  if (!ledger.computes()) return;
  if (sizes.value.folded) add_seen(sizes.s, result);
  key_.finish(*maps.key, maps.norm, *gradients.key, gradients.norm);
  value_.finish(*maps.value, maps.norm, *gradients.value, gradients.norm);
}

template <class T>
void OnePassBackward<T>::book(const Sizes& sizes, const OnePassSteps& steps,
                              bool d_inputs, const TickScale& scale,
                              Ledger& ledger) const {
  const CrossAttentionShape& s = sizes.s;
  const bool keys = !sizes.key.folded, values = !sizes.value.folded;
  const double share = scale.seconds_per_tick() / threads();
  const std::size_t C = s.channels, qk = s.qk_channels, v = s.v_channels;
  const std::size_t width = (keys ? qk : 0) + (values ? v : 0);
  const std::size_t read = sizeof(T) * steps.inputs * C * (d_inputs ? 3 : 1);
  // The norm's way into the maps that are not folded, β·Wk and β·Wv, and its
  // own gradients: Wk∘Gk, Wv∘Gv and Wv·Σ dV.
  const std::size_t of_norm = s.normed ? C * (width + qk + 2 * v) : 0;
  ledger.add(Part::layer_norm,
             {.macs = of_norm,
              .bytes_moved = s.normed ? read : 0,
              .seconds = share * static_cast<double>(steps.layer_norm)});
  ledger.add(Part::key_value_projection,
             {.macs = (d_inputs ? 3 : 2) * steps.inputs * C * width,
              .bytes_moved = (s.normed ? 0 : read) + 3 * sizeof(T) * C * width,
              .seconds = share * static_cast<double>(steps.projection)});
  book_attention_backward(
      steps.attention,
      {s.batch, s.latents, s.inputs, s.heads, sizes.qk, sizes.v},
      /*keys_read=*/0, sizeof(T), scale, ledger,
      {.keys = keys || d_inputs ? 3u : 2u,
       .values = values || d_inputs ? 2u : 1u});
}

template <class T>
void OnePassBackward<T>::run(const CrossAttentionShape& s,
                             const CrossAttentionPlan& plan,
                             const Sources& from,
                             const InputMapGradients<T>& gradients,
                             Tensor<T, 3>& d_queries, Tensor<T, 3>* d_inputs,
                             Ledger& ledger) {
  const Sizes sizes(s, plan);
  require(d_inputs == nullptr || d_inputs->shape() == from.inputs.shape(),
          "a gradient of {} values for {} inputs",
          d_inputs == nullptr ? 0 : d_inputs->size(), from.inputs.size());
  require(!plan.fold_values || from.result.trace.means.size() ==
                                   s.batch * s.latents * s.heads * s.channels,
          "{} means of inputs kept for {} latents of {} heads and {} channels",
          from.result.trace.means.size(), s.batch * s.latents, s.heads,
          s.channels);
  Buffers buffers = Buffers::allocating(threads());
  lay_out(s, plan, d_inputs != nullptr, buffers);
  d_queries.resize({s.batch, s.latents, s.qk_channels});
  if (plan.fold_keys) {
    fold<T>(from.queries, *from.maps.key, from.maps.norm, s.heads,
            wide_queries_, ledger[Part::key_value_projection]);
  }
  if (plan.fold_values) {
    fold<T>(from.result.d_output, *from.maps.value, from.maps.norm, s.heads,
            wide_d_output_, ledger[Part::key_value_projection]);
  }
  OnePassSteps steps = OnePassSteps::counted(s, from.mask);
  const TickScale scale;
  if (ledger.computes()) {
    steps = {};
    key_.begin(*from.maps.key, from.maps.norm);
    value_.begin(*from.maps.value, from.maps.norm);
    pass(sizes, from, plan.fold_keys ? wide_queries_ : d_queries, d_inputs,
         steps);
  }
  book(sizes, steps, d_inputs != nullptr, scale, ledger);
  finish(sizes, from, gradients, d_queries, ledger);
}

template OnePassCuts one_pass_backward_cuts<float>(const CrossAttentionShape&,
                                                   const CrossAttentionPlan&);
template OnePassCuts one_pass_backward_cuts<double>(const CrossAttentionShape&,
                                                    const CrossAttentionPlan&);
template class OnePassBackward<float>;
template class OnePassBackward<double>;

}  // namespace suite
