#include "primitives/attention/over_ranks/ring_attention.h"

#include <omp.h>

#include <algorithm>
#include <bit>

#include "primitives/attention/absorb.h"
#include "primitives/attention/over_ranks/shapes.h"
#include "primitives/panels/caches.h"
#include "primitives/threads.h"

namespace suite {
namespace {

// How queries are cut. Keys are cut by the tree.
template <class T>
StreamingPlan query_plan(AttentionShape own, const InputShare& share) {
  own.keys = share.all;
  own.key_ranges = 1;
  return streaming_plan<T>(own);
}

template <class T>
std::size_t tile_of(const InputShare& share) {
  return even_part(share.tree().longest(), depth_tile<T>());
}

// Leaves whose states wait beside that of the first.
std::size_t waiting(const InputShare& share) {
  return static_cast<std::size_t>(std::countr_zero(share.ranges()));
}

}  // namespace

// The keys and values of rank `from` are here, and fill `slot`; then states
// merge, the right of each pair into the left.
template <class T>
struct RingAttention<T>::Visit {
  AttentionShape shape;  // own queries over own keys
  StreamingPlan plan;
  BatchView<const T> queries, keys, values;
  std::size_t from, slot;
  std::vector<std::array<std::size_t, 2>> merges;
};

// One head of one example, a chunk of its queries.
template <class T>
struct RingAttention<T>::Unit {
  std::size_t example, head, first, queries;

  Unit(const AttentionShape& s, const StreamingPlan& plan, std::size_t index)
      : example(index / plan.query_chunks / s.heads),
        head(index / plan.query_chunks % s.heads),
        first(index % plan.query_chunks * plan.query_chunk),
        queries(std::min(plan.query_chunk, s.queries - first)) {}
};

template <class T>
void RingAttention<T>::lay_out(const AttentionShape& own,
                               const InputShare& share, Buffers& buffers) {
  const StreamingPlan plan = query_plan<T>(own, share);
  const std::size_t tile = tile_of<T>(share);
  buffers.for_each_thread(scratch_, [&](Scratch& each, Buffers& room) {
    room(each.queries, {padded<T>(plan.query_chunk) * own.qk_channels});
    room(each.weights, {tile * kPanelWidth<T>});
    room(each.keys, {tile * own.qk_channels});
    room(each.values, {tile * own.v_channels});
    room(each.states, {waiting(share), plan.state_values});
  });
  buffers(states_, {slots_for_passing(share), plan.units, plan.state_values});
  // Nobody else's pass by where there is nobody, one's where there is one.
  const std::size_t rooms = std::min<std::size_t>(share.ranks - 1, 2);
  for (std::size_t room = 0; room < 2; ++room) {
    const std::size_t batch = room < rooms ? own.batch : 0;
    buffers(keys_[room], {batch, share.longest(), own.heads * own.qk_channels});
    buffers(values_[room],
            {batch, share.longest(), own.heads * own.v_channels});
  }
}

template <class T>
void RingAttention<T>::read(const Visit& visit, AttentionSteps& steps) {
  const AttentionShape& s = visit.shape;
  const InputShare from = share_.of(visit.from);
  const std::size_t tile = tile_of<T>(share_);
#pragma omp parallel
  {
    AttentionSteps mine;
    Scratch& scratch = scratch_[omp_get_thread_num()];
#pragma omp for schedule(dynamic)
    for (std::size_t index = 0; index < visit.plan.units; ++index) {
      const Unit unit(s, visit.plan, index);
      const auto state_in = [&](T* values) {
        return AttentionState<T>(values, unit.queries, s.v_channels);
      };
      const auto merge = [&](const AttentionState<T>& left,
                             const AttentionState<T>& right) {
        for (std::size_t p = 0; p < left.panels(); ++p) left.merge(right, p);
      };
      const auto leaf_state = [&](std::size_t waits) {
        return state_in(waits == 0 ? &states_(visit.slot, index, 0)
                                   : &scratch.states(waits - 1, 0));
      };
      TickClock clock;
      pack_queries(example(visit.queries, unit.example)
                       .row_range(unit.first, unit.queries)
                       .columns(unit.head * s.qk_channels, s.qk_channels),
                   s.qk_channels, scratch.queries.data());
      const auto keys = example(visit.keys, unit.example)
                            .columns(unit.head * s.qk_channels, s.qk_channels);
      const auto values = example(visit.values, unit.example)
                              .columns(unit.head * s.v_channels, s.v_channels);
      BinaryCounter counter;
      for (std::size_t leaf = 0; leaf < from.ranges(); ++leaf) {
        const AttentionState<T> state = leaf_state(counter.slot());
        state.clear();
        const std::size_t last = from.first(leaf + 1) - from.first();
        for (std::size_t n = from.first(leaf) - from.first(); n < last;
             n += tile) {
          const std::size_t count = std::min(tile, last - n);
          const ShownRows<T> k = shown_rows<T>(keys.row_range(n, count),
                                               nullptr, scratch.keys.data());
          clock.lap(mine.scores);
          const ShownRows<T> v = shown_rows<T>(values.row_range(n, count),
                                               nullptr, scratch.values.data());
          clock.lap(mine.weighted_sum);
          absorb<T>({k.rows, v.rows, k.count, s.qk_channels, s.v_channels},
                    scratch.queries.data(), state, scratch.weights.data(), mine,
                    clock);
        }
        counter.add([&](std::size_t left, std::size_t right) {
          merge(leaf_state(left), leaf_state(right));
        });
      }
      for (const auto& [left, right] : visit.merges) {
        merge(state_in(&states_(left, index, 0)),
              state_in(&states_(right, index, 0)));
      }
      clock.lap(mine.weighted_sum);
    }
#pragma omp critical
    steps += mine;
  }
}

template <class T>
void RingAttention<T>::finish(const AttentionShape& s, std::size_t slot,
                              BatchView<T> output) {
  const StreamingPlan plan = query_plan<T>(s, share_);
#pragma omp parallel for schedule(static)
  for (std::size_t index = 0; index < plan.units; ++index) {
    const Unit unit(s, plan, index);
    const AttentionState<T> state(&states_(slot, index, 0), unit.queries,
                                  s.v_channels);
    for (std::size_t p = 0; p < state.panels(); ++p) {
      state.finish(p, example(output, unit.example)
                          .row_range(unit.first, unit.queries)
                          .columns(unit.head * s.v_channels, s.v_channels));
    }
  }
}

template <class T>
void RingAttention<T>::forward(const AttentionInputs<T>& own,
                               Tensor<T, 3>& output, Ledger& ledger) {
  const AttentionShape s = own.shape();
  require_own(own, share_);
  Buffers buffers = Buffers::allocating(threads());
  lay_out(s, share_, buffers);
  output.resize({s.batch, s.queries, s.heads * s.v_channels});
  const std::size_t next = (share_.rank + 1) % share_.ranks;
  const std::size_t before = passing_by(share_, 1);
  const TickScale scale;
  AttentionSteps steps;
  ArrivingSubtrees subtrees(share_.ranks);
  BatchView<const T> keys = own.keys, values = own.values;
  for (std::size_t step = 0; step < share_.ranks; ++step) {
    Visit visit{s,      query_plan<T>(s, share_), own.queries,     keys,
                values, passing_by(share_, step), subtrees.slot(), {}};
    subtrees.add(visit.from, [&](std::size_t left, std::size_t right) {
      visit.merges.push_back({left, right});
    });
    if (ledger.computes()) read(visit, steps);
    if (step + 1 == share_.ranks) break;
    const std::size_t rows = share_.of(passing_by(share_, step + 1)).inputs();
    const auto pass = [&](BatchView<const T>& passing, Tensor<T, 3>& room) {
      pass_values<T>(
          *exchange_, next,
          {passing.data, passing.batch * passing.rows * passing.cols}, before,
          {room.data(), s.batch * rows * passing.cols}, ledger);
      passing = {room.data(), s.batch, rows, passing.cols, passing.cols};
    };
    pass(keys, keys_[step % 2]);
    pass(values, values_[step % 2]);
  }
  AttentionShape read_all = s;
  read_all.keys = share_.all;
  if (ledger.computes()) {
    finish(s, subtrees.root(), output);
  } else {
    steps.pairs = s.batch * s.heads * s.queries * share_.all;
  }
  book_attention(steps, read_all, s.batch * share_.all, sizeof(T), scale,
                 ledger);
}

template class RingAttention<float>;
template class RingAttention<double>;

}  // namespace suite
