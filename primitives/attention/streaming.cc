#include "primitives/attention/streaming.h"

#include <omp.h>

#include <algorithm>
#include <array>

#include "primitives/attention/absorb.h"
#include "primitives/panels/caches.h"
#include "primitives/threads.h"

namespace suite {
namespace {

// Units to aim for by splitting keys, where queries and heads alone give fewer:
// enough to keep the threads of a large machine busy.
constexpr std::size_t kUnitsWanted = 32;
// Keys that a unit should have at least, or merging states begins to cost.
constexpr std::size_t kKeysPerRange = 2048;

// As many queries as fill the second-level cache with their states: they stream
// past a tile of keys at a byte a cycle or so, which the next cache can give.
template <class T>
std::size_t queries_in_cache(const AttentionShape& s) {
  const std::size_t queries =
      second_level_cache_bytes() /
      (sizeof(T) * (s.qk_channels + s.v_channels + 2));
  return std::max(kPanelWidth<T>, queries / kPanelWidth<T> * kPanelWidth<T>);
}

// Where keys are cut as they must be, it is queries that give enough units: how
// they are cut makes no difference to any bit.
template <class T>
std::size_t fewest_chunks(const AttentionShape& s) {
  if (s.key_ranges == 0) return 1;
  return std::min(divide_up(kUnitsWanted, s.batch * s.heads * s.key_ranges),
                  divide_up(s.queries, kPanelWidth<T>));
}

}  // namespace

template <class T>
StreamingPlan streaming_plan(const AttentionShape& s) {
  require(s.batch > 0 && s.heads > 0 && s.queries > 0 && s.keys > 0,
          "streaming attention of {} examples, {} heads, {} queries and {} "
          "keys: each must be at least 1",
          s.batch, s.heads, s.queries, s.keys);
  StreamingPlan plan;
  plan.query_chunks = std::max(divide_up(s.queries, queries_in_cache<T>(s)),
                               fewest_chunks<T>(s));
  plan.query_chunk = std::min(
      s.queries, divide_up(divide_up(s.queries, plan.query_chunks),
                           kPanelWidth<T>) *
                     kPanelWidth<T>);
  plan.query_chunks = divide_up(s.queries, plan.query_chunk);
  const std::size_t units = s.batch * s.heads * plan.query_chunks;
  plan.key_ranges =
      s.key_ranges > 0
          ? s.key_ranges
          : std::clamp<std::size_t>(std::min(divide_up(kUnitsWanted, units),
                                             s.keys / kKeysPerRange),
                                    1, kUnitsWanted);
  plan.keys_per_range = divide_up(s.keys, plan.key_ranges);
  plan.key_ranges = divide_up(s.keys, plan.keys_per_range);
  plan.key_tile = std::min(plan.keys_per_range,
                           even_part(plan.keys_per_range, depth_tile<T>()));
  plan.units = units * plan.key_ranges;
  plan.state_values =
      AttentionState<T>::size(plan.query_chunk, s.v_channels);
  return plan;
}

// One head of one example, a chunk of its queries, a range of its keys.
template <class T>
struct StreamingAttention<T>::Unit {
  std::size_t example, head, key_head, first_query, queries, first_key, keys;

  Unit(const StreamingPlan& plan, const AttentionShape& s, std::size_t index) {
    const std::size_t range = index % plan.key_ranges;
    const std::size_t chunk = index / plan.key_ranges % plan.query_chunks;
    const std::size_t head_index =
        index / plan.key_ranges / plan.query_chunks;
    example = head_index / s.heads;
    head = head_index % s.heads;
    key_head = s.key_head(head);
    first_query = chunk * plan.query_chunk;
    queries = std::min(plan.query_chunk, s.queries - first_query);
    first_key = range * plan.keys_per_range;
    keys = std::min(plan.keys_per_range, s.keys - first_key);
  }

  template <class U>
  MatrixView<U> of_queries(const BatchView<U>& all,
                           std::size_t channels) const {
    return suite::example(all, example)
        .row_range(first_query, queries)
        .columns(head * channels, channels);
  }

  // Where its queries' log-sum-exp go, or null.
  T* log_sum_exp_of(Tensor<T, 3>* all) const {
    return all == nullptr ? nullptr : &(*all)(example, head, first_query);
  }

  // `state` absorbs all keys of the unit.
  void run(const AttentionInputs<T>& inputs, const AttentionShape& s,
           std::size_t key_tile, Scratch& scratch,
           const AttentionState<T>& state, AttentionSteps& steps) const {
    TickClock clock;
    pack_queries(of_queries(inputs.queries, s.qk_channels), s.qk_channels,
                 scratch.queries.data());
    state.clear();
    const auto all_keys =
        inputs.keys_of(example, key_head).row_range(first_key, keys);
    const auto all_values =
        inputs.values_of(example, key_head).row_range(first_key, keys);
    const std::uint8_t* valid = inputs.valid_keys(example);
    if (valid != nullptr) valid += first_key;
    for (std::size_t n = 0; n < keys; n += key_tile) {
      const std::size_t count = std::min(key_tile, keys - n);
      const std::uint8_t* shown = valid == nullptr ? nullptr : valid + n;
      const ShownRows<T> k =
          shown_rows(all_keys.row_range(n, count), shown, scratch.keys.data());
      clock.lap(steps.scores);
      const ShownRows<T> v = shown_rows(all_values.row_range(n, count), shown,
                                        scratch.values.data());
      clock.lap(steps.weighted_sum);
      absorb<T>({k.rows, v.rows, k.count, s.qk_channels, s.v_channels},
                scratch.queries.data(), state, scratch.weights.data(), steps,
                clock);
    }
  }
};

template <class T>
void StreamingAttention<T>::lay_out(const AttentionShape& s, Buffers& buffers) {
  const StreamingPlan plan = streaming_plan<T>(s);
  const bool split = plan.splits_keys();
  const auto of_thread = [&](Scratch& each, Buffers& own) {
    own(each.queries, {padded<T>(plan.query_chunk) * s.qk_channels});
    own(each.state, {split ? 0 : plan.state_values});
    own(each.weights, {plan.key_tile * kPanelWidth<T>});
    own(each.keys, {plan.key_tile * s.qk_channels});
    own(each.values, {plan.key_tile * s.v_channels});
  };
  buffers.for_each_thread(scratch_, of_thread);
  buffers(states_, {split ? plan.units : 0, split ? plan.state_values : 0});
}

// What the ranges of keys saw becomes the output.
template <class T>
void StreamingAttention<T>::merge_ranges(const AttentionShape& s,
                                         const StreamingPlan& plan,
                                         BatchView<T> output,
                                         Tensor<T, 3>* log_sum_exp) {
#pragma omp parallel for schedule(dynamic)
  for (std::size_t first = 0; first < plan.units; first += plan.key_ranges) {
    const Unit unit(plan, s, first);
    const auto state = [&](std::size_t range) {
      return AttentionState<T>(&states_(first + range, 0), unit.queries,
                               s.v_channels);
    };
    const AttentionState<T> all = state(0);
    for (std::size_t p = 0; p < all.panels(); ++p) {
      for (std::size_t range = 1; range < plan.key_ranges; ++range) {
        all.merge(state(range), p);
      }
      all.finish(p, unit.of_queries(output, s.v_channels),
                 unit.log_sum_exp_of(log_sum_exp));
    }
  }
}

template <class T>
void StreamingAttention<T>::forward(const AttentionInputs<T>& inputs,
                                    Tensor<T, 3>& output, Ledger& ledger,
                                    AttentionTrace<T>* trace) {
  const AttentionShape s = inputs.shape();
  const StreamingPlan plan = streaming_plan<T>(s);
  Buffers buffers = Buffers::allocating(threads());
  lay_out(s, buffers);
  output.resize({s.batch, s.queries, s.heads * s.v_channels});
  Tensor<T, 3>* log_sum_exp = trace == nullptr ? nullptr : &trace->log_sum_exp;
  if (log_sum_exp != nullptr)
    log_sum_exp->resize({s.batch, s.heads, s.queries});
  if (!ledger.computes()) {
    const std::size_t shown = inputs.shown_keys();
    return book_attention({.pairs = s.heads * s.queries * shown}, s, shown,
                          sizeof(T), {}, ledger);
  }
  const BatchView<T> out(output);
  const TickScale scale;
  AttentionSteps steps;
#pragma omp parallel
  {
    AttentionSteps mine;
    Scratch& scratch = scratch_[omp_get_thread_num()];
#pragma omp for schedule(dynamic)
    for (std::size_t index = 0; index < plan.units; ++index) {
      const Unit unit(plan, s, index);
      T* values = plan.splits_keys() ? &states_(index, 0)
                                     : scratch.state.data();
      const AttentionState<T> state(values, unit.queries, s.v_channels);
      unit.run(inputs, s, plan.key_tile, scratch, state, mine);
      if (plan.splits_keys()) continue;
      for (std::size_t p = 0; p < state.panels(); ++p) {
        state.finish(p, unit.of_queries(out, s.v_channels),
                     unit.log_sum_exp_of(log_sum_exp));
      }
    }
#pragma omp critical
    steps += mine;
  }
  if (plan.splits_keys()) merge_ranges(s, plan, out, log_sum_exp);
  book_attention(steps, s, inputs.shown_keys(), sizeof(T), scale, ledger);
}

template StreamingPlan streaming_plan<float>(const AttentionShape&);
template StreamingPlan streaming_plan<double>(const AttentionShape&);
template class StreamingAttention<float>;
template class StreamingAttention<double>;

}  // namespace suite
