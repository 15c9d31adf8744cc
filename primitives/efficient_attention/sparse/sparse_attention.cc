#include "primitives/efficient_attention/sparse/sparse_attention.h"

#include <omp.h>

#include <algorithm>
#include <array>

#include "primitives/attention/absorb.h"
#include "primitives/panels/caches.h"
#include "primitives/threads.h"
#include "support/check.h"

namespace suite {

// One head of one example, one block of its queries.
template <class T>
struct SparseAttention<T>::Unit {
  const AttentionInputs<T>& inputs;
  const AttentionShape& shape;
  const SparsePattern& pattern;
  Scratch& scratch;
  AttentionSteps& steps;
  std::size_t example, head;
  KeyRange block;
  TickClock clock = {};

  AttentionState<T> state() const {
    return {scratch.state.data(), block.size(), shape.v_channels};
  }
  MatrixView<const T> queries() const {
    return suite::example(inputs.queries, example)
        .row_range(block.first, block.size())
        .columns(head * shape.qk_channels, shape.qk_channels);
  }

  // Calls f(tile of keys, its first key, the mask from there on) along a range.
  // With `compact` hidden keys are left out, and the mask is of no use.
  template <class F>
  void for_each_tile(const KeyRange& range, bool compact, const F& f) {
    const std::size_t most = depth_tile<T>();
    for (std::size_t n = range.first; n < range.last; n += most) {
      const KeyRange part{n, std::min(range.last, n + most)};
      const std::uint8_t* valid = inputs.valid_keys(example);
      if (valid != nullptr) valid += n;
      const std::size_t key_head = shape.key_head(head);
      const auto rows_of = [&](const MatrixView<const T>& all, T* room) {
        return shown_rows(all.row_range(part.first, part.size()),
                          compact ? valid : nullptr, room);
      };
      const ShownRows<T> k =
          rows_of(inputs.keys_of(example, key_head), scratch.keys.data());
      const ShownRows<T> v =
          rows_of(inputs.values_of(example, key_head), scratch.values.data());
      f(HeadTile<T>{k.rows, v.rows, k.count, shape.qk_channels,
                    shape.v_channels},
        n, valid);
    }
  }

  void read_whole(const KeyRange& range) {
    for_each_tile(range, /*compact=*/true,
                  [&](const HeadTile<T>& tile, std::size_t,
                      const std::uint8_t*) {
                    absorb(tile, scratch.queries.data(), state(),
                           scratch.weights.data(), steps, clock);
                  });
  }

  // What only some of the block's queries read: each within its own range.
  void read_edge(const KeyRange& range) {
    for_each_tile(range, /*compact=*/false,
                  [&](const HeadTile<T>& tile, std::size_t n,
                      const std::uint8_t* valid) {
                    for_each_panel<T>(
                        block.size(), [&](std::size_t first, auto vectors) {
                          read_edge_panel<vectors()>(tile, n, valid, first);
                        });
                  });
  }

  template <std::size_t vectors>
  void read_edge_panel(const HeadTile<T>& tile, std::size_t n,
                       const std::uint8_t* valid, std::size_t panel) {
    constexpr std::size_t kWidth = vectors * kLanes<T>;
    alignas(64) std::array<T, kWidth> first{}, last{};
    for (std::size_t i = 0; i < kWidth && panel + i < block.size(); ++i) {
      const KeyRange own =
          within(pattern.own(block.first + panel + i), n, tile.count);
      first[i] = static_cast<T>(own.first);
      last[i] = static_cast<T>(own.last);
      steps.pairs += shown_in(own, valid);
    }
    absorb_panel(tile, scratch.queries.data() + panel * shape.qk_channels,
                 state().template panel<vectors>(panel),
                 scratch.weights.data(), steps, clock,
                 [&](std::size_t key, std::size_t v) {
                   const std::size_t lane = v * kLanes<T>;
                   const bool hidden = valid != nullptr && valid[key] == 0;
                   const Vec<T> k(hidden ? T(-1) : static_cast<T>(key));
                   return (k < load(first.data() + lane)) ||
                          (k >= load(last.data() + lane));
                 });
  }

  void run(BatchView<T> output, Tensor<T, 3>* log_sum_exp) {
    pack_queries(queries(), shape.qk_channels, scratch.queries.data());
    state().clear();
    pattern.for_each_run(
        block, scratch.runs, [&](const KeyRange& run) { read_whole(run); },
        [&](const KeyRange& run) { read_edge(run); });
    for (std::size_t p = 0; p < state().panels(); ++p) {
      state().finish(p,
                     suite::example(output, example)
                         .row_range(block.first, block.size())
                         .columns(head * shape.v_channels, shape.v_channels),
                     log_sum_exp == nullptr
                         ? nullptr
                         : &(*log_sum_exp)(example, head, block.first));
    }
  }
};

template <class T>
void SparseAttention<T>::lay_out(const AttentionShape& s, std::size_t block,
                                 Buffers& buffers) {
  buffers.for_each_thread(scratch_, [&](Scratch& each, Buffers& own) {
    own(each.queries, {padded<T>(block) * s.qk_channels});
    own(each.state, {AttentionState<T>::size(block, s.v_channels)});
    own(each.weights, {depth_tile<T>() * kPanelWidth<T>});
    own(each.keys, {depth_tile<T>() * s.qk_channels});
    own(each.values, {depth_tile<T>() * s.v_channels});
  });
}

template <class T>
void SparseAttention<T>::forward(const AttentionInputs<T>& inputs,
                                 const SparsePattern& pattern,
                                 Tensor<T, 3>& output, Ledger& ledger,
                                 AttentionTrace<T>* trace) {
  const AttentionShape s = inputs.shape();
  require(s.queries == pattern.rows && s.keys == pattern.rows &&
              pattern.block > 0 && pattern.apart <= pattern.rows,
          "sparse attention: {} queries and {} keys, the pattern has {} rows in "
          "blocks of {}",
          s.queries, s.keys, pattern.rows, pattern.block);
  Buffers buffers = Buffers::allocating(threads());
  lay_out(s, pattern.block, buffers);
  output.resize({s.batch, s.queries, s.heads * s.v_channels});
  Tensor<T, 3>* log_sum_exp = trace == nullptr ? nullptr : &trace->log_sum_exp;
  if (log_sum_exp != nullptr) {
    log_sum_exp->resize({s.batch, s.heads, s.queries});
  }
  if (!ledger.computes()) {
    return book_attention({.pairs = pairs_of(inputs, pattern)}, s,
                          inputs.shown_keys(), sizeof(T), {}, ledger);
  }
  const std::size_t blocks = pattern.blocks();
  const TickScale scale;
  AttentionSteps steps;
#pragma omp parallel
  {
    AttentionSteps mine;
    Scratch& scratch = scratch_[omp_get_thread_num()];
#pragma omp for schedule(dynamic)
    for (std::size_t unit = 0; unit < s.batch * s.heads * blocks; ++unit) {
      const std::size_t head = unit / blocks;
      Unit{inputs,         s,
           pattern,        scratch,
           mine,           head / s.heads,
           head % s.heads, pattern.queries_of(unit % blocks)}
          .run(output, log_sum_exp);
    }
#pragma omp critical
    steps += mine;
  }
  book_attention(steps, s, inputs.shown_keys(), sizeof(T), scale, ledger);
}

template class SparseAttention<float>;
template class SparseAttention<double>;

}  // namespace suite
