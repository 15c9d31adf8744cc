#include "primitives/cross_attention/one_pass.h"

#include <omp.h>

#include <bit>

#include "primitives/attention/absorb.h"
#include "primitives/attention/merge_over_ranks.h"
#include "primitives/panels/caches.h"
#include "primitives/threads.h"
#include "support/check.h"

namespace suite {
namespace {

// room ← the inputs, normalised if there is a norm, hidden ones left out.
// Returns how many.
template <class T>
std::size_t take_inputs(MatrixView<const T> inputs, const std::uint8_t* valid,
                        const LayerNorm<T>* norm, Tensor<T, 2>& room) {
  std::size_t count = 0;
  for (std::size_t r = 0; r < inputs.rows;) {
    const auto shown = [&](std::size_t row) {
      return row < inputs.rows && (valid == nullptr || valid[row] != 0);
    };
    std::size_t end = r;
    while (shown(end)) ++end;
    const MatrixView<T> to = matrix(room).row_range(count, end - r);
    if (norm != nullptr) {
      normalise_rows(inputs.row_range(r, end - r), *norm, to);
    } else {
      for (std::size_t i = 0; i < to.rows; ++i) {
        copy_row(inputs.row(r + i), inputs.cols, to.row(i));
      }
    }
    count += to.rows;
    r = end + 1;  // past a hidden one
  }
  return count;
}

// Masks are of all inputs: what of them is another rank's isn't known here.
void require_share(const CrossAttentionShape& s, const CrossAttentionPlan& plan,
                   const Mask& mask, const Exchange* exchange) {
  if (!plan.share.shared()) return;
  require(exchange != nullptr, "inputs are shared out, and nobody is asked");
  require(s.inputs == plan.share.inputs(),
          "rank {} of {} is given {} inputs of {}, {} are its share",
          plan.share.rank, plan.share.ranks, s.inputs, plan.share.all,
          plan.share.inputs());
  require(mask.size() == 0, "inputs over ranks are not masked");
}

}  // namespace

// The sizes that follow from a shape and a plan.
template <class T>
struct OnePass<T>::Sizes {
  CrossAttentionShape s;
  CrossAttentionPlan plan;
  OnePassCuts cuts;
  std::size_t qk, v;  // of one head, as attention sees them
  std::size_t query_values, state_values;

  Sizes(const CrossAttentionShape& shape, const CrossAttentionPlan& p)
      : s(shape),
        plan(p),
        cuts(p.share.shared() ? rank_cuts<T>(shape, p.share)
                              : one_pass_cuts<T>(shape)),
        qk(p.fold_keys ? shape.channels : shape.qk_channels / shape.heads),
        v(p.fold_values ? shape.channels : shape.v_channels / shape.heads),
        query_values(padded<T>(shape.latents) * qk),
        state_values(AttentionState<T>::size(shape.latents, v)) {}

  bool folds() const { return plan.fold_keys || plan.fold_values; }
  bool shared() const { return plan.share.shared(); }
  bool projects() const { return !plan.fold_keys || !plan.fold_values; }
};

template <class T>
void OnePass<T>::lay_out(const CrossAttentionShape& s,
                         const CrossAttentionPlan& plan, Buffers& buffers) {
  const Sizes sizes(s, plan);
  const std::size_t tile = sizes.cuts.tile;
  const bool keys = !plan.fold_keys, values = !plan.fold_values;
  const bool split = s.heads > 1;
  buffers.for_each_thread(scratch_, [&](Scratch& each, Buffers& own) {
    own(each.normed, {sizes.projects() ? tile : 0, s.channels});
    own(each.standard, {sizes.folds() ? tile : 0, s.channels});
    own(each.keys, {keys ? tile : 0, s.qk_channels});
    own(each.values, {values ? tile : 0, s.v_channels});
    own(each.head_keys, {keys && split ? tile * sizes.qk : 0});
    own(each.head_values, {values && split ? tile * sizes.v : 0});
    own(each.weights, {tile * kPanelWidth<T>});
    own(each.counter,
        {static_cast<std::size_t>(std::countr_zero(sizes.cuts.leaves)),
         s.heads * sizes.state_values});
  });
  if (keys) key_.lay_out(s.channels, s.qk_channels, buffers);
  if (values) value_.lay_out(s.channels, s.v_channels, buffers);
  const std::size_t plain = sizes.folds() && s.normed ? s.channels : 0;
  buffers(plain_.scale, {plain});
  buffers(plain_.offset, {plain});
  buffers(queries_, {s.batch, s.heads, sizes.query_values});
  buffers(states_, {s.batch * sizes.cuts.ranges, s.heads, sizes.state_values});
  buffers(others_,
          {plan.share.rounds() > 0 ? s.batch : 0, s.heads, sizes.state_values});
}

// The inputs of one range pass by all latents and heads.
template <class T>
void OnePass<T>::read_range(const Sizes& sizes, const Sources& from,
                            std::size_t b, std::size_t first, std::size_t end,
                            T* states, Scratch& scratch, OnePassSteps& steps) {
  const CrossAttentionShape& s = sizes.s;
  const OnePassCuts& cuts = sizes.cuts;
  const auto state = [&](std::size_t h) {
    return AttentionState<T>(states + h * sizes.state_values, s.latents,
                             sizes.v);
  };
  TickClock clock;
  for (std::size_t h = 0; h < s.heads; ++h) state(h).clear();
  for (std::size_t n = first; n < end; n += cuts.tile) {
    const auto take = [&](const LayerNorm<T>* norm, Tensor<T, 2>& room) {
      return take_inputs(
          example(from.inputs, b).row_range(n, std::min(cuts.tile, end - n)),
          from.mask.size() == 0 ? nullptr : &from.mask(b, n), norm, room);
    };
    std::size_t count = 0;
    if (sizes.projects()) count = take(from.maps.norm, scratch.normed);
    if (sizes.folds()) {
      count =
          take(from.maps.norm == nullptr ? nullptr : &plain_, scratch.standard);
    }
    steps.inputs += count;
    clock.lap(steps.layer_norm);
    const auto rows = [&] {
      return matrix(scratch.normed).row_range(0, count);
    };
    if (!sizes.plan.fold_keys) {
      key_.multiply(rows(), bias_of(*from.maps.key),
                    matrix(scratch.keys).row_range(0, count));
    }
    if (!sizes.plan.fold_values) {
      value_.multiply(rows(), bias_of(*from.maps.value),
                      matrix(scratch.values).row_range(0, count));
    }
    clock.lap(steps.projection);
    for (std::size_t h = 0; h < s.heads; ++h) {
      const HeadTile<T> tile{
          sizes.plan.fold_keys
              ? scratch.standard.data()
              : head_of(scratch.keys, count, h, sizes.qk, scratch.head_keys),
          sizes.plan.fold_values
              ? scratch.standard.data()
              : head_of(scratch.values, count, h, sizes.v, scratch.head_values),
          count, sizes.qk, sizes.v};
      clock.lap(steps.attention.scores);
      absorb(tile, &queries_(b, h, 0), state(h), scratch.weights.data(),
             steps.attention, clock);
    }
  }
}

template <class T>
void OnePass<T>::read_unit(const Sizes& sizes, const Sources& from,
                           std::size_t unit, Scratch& scratch,
                           OnePassSteps& steps) {
  const OnePassCuts& cuts = sizes.cuts;
  const std::size_t first = unit % cuts.ranges * cuts.range;
  read_range(sizes, from, unit / cuts.ranges, first,
             std::min(first + cuts.range, sizes.s.inputs), &states_(unit, 0, 0),
             scratch, steps);
}

// A unit of a rank's share: its ranges, merged as they come.
template <class T>
void OnePass<T>::read_subtree(const Sizes& sizes, const Sources& from,
                              std::size_t unit, Scratch& scratch,
                              OnePassSteps& steps) {
  const CrossAttentionShape& s = sizes.s;
  const InputShare& share = sizes.plan.share;
  const std::size_t leaves = sizes.cuts.leaves;
  const std::size_t first = unit / s.batch * leaves;
  const auto states = [&](std::size_t slot) {
    return slot == 0 ? &states_(unit, 0, 0) : &scratch.counter(slot - 1, 0);
  };
  BinaryCounter counter;
  for (std::size_t leaf = first; leaf < first + leaves; ++leaf) {
    read_range(sizes, from, unit % s.batch, share.first(leaf) - share.first(),
               share.first(leaf + 1) - share.first(), states(counter.slot()),
               scratch, steps);
    TickClock clock;
    counter.add([&](std::size_t left, std::size_t right) {
      for (std::size_t h = 0; h < s.heads; ++h) {
        const auto state = [&](std::size_t slot) {
          return AttentionState<T>(states(slot) + h * sizes.state_values,
                                   s.latents, sizes.v);
        };
        for (std::size_t p = 0; p < state(left).panels(); ++p) {
          state(left).merge(state(right), p);
        }
      }
    });
    clock.lap(steps.attention.weighted_sum);
  }
}

// What the units of a rank saw, for one panel of one head of an example: there
// are `batch·heads·panels` such.
template <class T>
void OnePass<T>::merge_units(const Sizes& sizes, std::size_t index) {
  const CrossAttentionShape& s = sizes.s;
  const std::size_t panels = panel_count<T>(s.latents);
  const std::size_t h = index / panels % s.heads;
  const std::size_t b = index / panels / s.heads;
  const auto state = [&](std::size_t unit) {
    return AttentionState<T>(&states_(unit * s.batch + b, h, 0), s.latents,
                             sizes.v);
  };
  merge_subtrees(sizes.cuts.ranges, [&](std::size_t left, std::size_t right) {
    state(left).merge(state(right), index % panels);
  });
}

// What all ranks saw becomes output.
template <class T>
void OnePass<T>::merge_ranks(const Sizes& sizes, Tensor<T, 3>& output,
                             Exchange& exchange, Ledger& ledger) {
  const CrossAttentionShape& s = sizes.s;
  const StatesShape states{s.batch * s.heads, s.latents, sizes.v};
  const auto merge = sizes.plan.merge == RankMerge::tree
                         ? merge_over_ranks<T>
                         : all_reduce_over_ranks<T>;
  T* all = merge(states, states_.data(), others_.data(), sizes.plan.share,
                 exchange, ledger);
  if (!ledger.computes()) return;
  const std::size_t panels = panel_count<T>(s.latents);
#pragma omp parallel for schedule(static)
  for (std::size_t i = 0; i < s.batch * s.heads * panels; ++i) {
    const std::size_t b = i / panels / s.heads, h = i / panels % s.heads;
    AttentionState<T>(all + i / panels * sizes.state_values, s.latents, sizes.v)
        .finish(i % panels, example(output, b).columns(h * sizes.v, sizes.v));
  }
}

// What the ranges of an example saw, for one of its heads and one panel of the
// latents, becomes output. There are `batch·heads·panels` such units.
template <class T>
void OnePass<T>::merge_ranges(const Sizes& sizes, std::size_t unit,
                              Tensor<T, 3>& output, Tensor<T, 3>* log_sum_exp) {
  const std::size_t ranges = sizes.cuts.ranges;
  const std::size_t panels = panel_count<T>(sizes.s.latents);
  const std::size_t panel = unit % panels;
  const std::size_t h = unit / panels % sizes.s.heads;
  const std::size_t b = unit / panels / sizes.s.heads;
  const auto state = [&](std::size_t range) {
    return AttentionState<T>(&states_(b * ranges + range, h, 0),
                             sizes.s.latents, sizes.v);
  };
  const AttentionState<T> all = state(0);
  for (std::size_t range = 1; range < ranges; ++range) {
    all.merge(state(range), panel);
  }
  all.finish(panel, example(output, b).columns(h * sizes.v, sizes.v),
             log_sum_exp == nullptr ? nullptr : &(*log_sum_exp)(b, h, 0));
}

template <class T>
void OnePass<T>::book(const Sizes& sizes, const Sources& from,
                      const OnePassSteps& steps, const TickScale& scale,
                      Ledger& ledger) const {
  const CrossAttentionShape& s = sizes.s;
  const double share = scale.seconds_per_tick() / threads();
  const std::size_t width = (sizes.plan.fold_keys ? 0 : s.qk_channels) +
                            (sizes.plan.fold_values ? 0 : s.v_channels);
  // Inputs count where they are first read.
  const std::size_t read = sizeof(T) * steps.inputs * s.channels;
  const bool normed = from.maps.norm != nullptr;
  ledger.add(Part::layer_norm,
             {.bytes_moved = normed ? read : 0,
              .seconds = share * static_cast<double>(steps.layer_norm)});
  ledger.add(Part::key_value_projection,
             {.macs = steps.inputs * s.channels * width,
              .bytes_moved =
                  (normed ? 0 : read) + sizeof(T) * s.channels * width,
              .seconds = share * static_cast<double>(steps.projection)});
  book_attention(steps.attention,
                 {s.batch, s.latents, s.inputs, s.heads, sizes.qk, sizes.v},
                 /*keys_read=*/0, sizeof(T), scale, ledger);
}

template <class T>
void OnePass<T>::run(const CrossAttentionShape& s,
                     const CrossAttentionPlan& plan, const Sources& from,
                     Tensor<T, 3>& output, Ledger& ledger,
                     Tensor<T, 3>* log_sum_exp, Exchange* exchange) {
  const Sizes sizes(s, plan);
  require_share(s, plan, from.mask, exchange);
  require(!sizes.shared() || log_sum_exp == nullptr,
          "over ranks nothing is kept for a backward");
  Buffers buffers = Buffers::allocating(threads());
  lay_out(s, plan, buffers);
  output.resize({s.batch, s.latents, s.heads * sizes.v});
  if (log_sum_exp != nullptr)
    log_sum_exp->resize({s.batch, s.heads, s.latents});
  if (!ledger.computes()) {
    if (sizes.shared()) {
      merge_ranks(sizes, output, *exchange, ledger);
    }
    return book(sizes, from, OnePassSteps::counted(s, from.mask), {}, ledger);
  }
  plain_.scale.fill(T(1));
  plain_.offset.fill(T(0));
  if (!plan.fold_keys) key_.pack(matrix(from.maps.key->weight));
  if (!plan.fold_values) value_.pack(matrix(from.maps.value->weight));
  const std::size_t panels = s.batch * s.heads * panel_count<T>(s.latents);
  const TickScale scale;
  OnePassSteps steps;
#pragma omp parallel
  {
    OnePassSteps mine;
    TickClock clock;
#pragma omp for schedule(static)
    for (std::size_t i = 0; i < s.batch * s.heads; ++i) {
      const std::size_t b = i / s.heads, h = i % s.heads;
      pack_queries(
          example(from.queries, b).columns(h * sizes.qk, sizes.qk),
          s.qk_channels / s.heads, &queries_(b, h, 0));
    }
    clock.lap(mine.attention.scores);
#pragma omp for schedule(dynamic)
    for (std::size_t unit = 0; unit < s.batch * sizes.cuts.ranges; ++unit) {
      Scratch& scratch = scratch_[omp_get_thread_num()];
      if (sizes.shared()) {
        read_subtree(sizes, from, unit, scratch, mine);
      } else {
        read_unit(sizes, from, unit, scratch, mine);
      }
    }
    clock = TickClock();
#pragma omp for schedule(dynamic)
    for (std::size_t i = 0; i < panels; ++i) {
      if (sizes.shared()) {
        merge_units(sizes, i);
      } else {
        merge_ranges(sizes, i, output, log_sum_exp);
      }
    }
    clock.lap(mine.attention.weighted_sum);
#pragma omp critical
    steps += mine;
  }
  if (sizes.shared()) {
    merge_ranks(sizes, output, *exchange, ledger);
  }
  book(sizes, from, steps, scale, ledger);
}

template class OnePass<float>;
template class OnePass<double>;

}  // namespace suite
