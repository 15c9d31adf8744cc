// States of attention that ranks have, of the inputs of each, become that of
// all.
#pragma once

#include <cstddef>

#include "primitives/attention/attention_state.h"
#include "primitives/exchange/exchange.h"
#include "primitives/exchange/range_tree.h"

namespace suite {

// States side by side, alike: of all heads of all examples, say.
struct StatesShape {
  std::size_t states = 0, queries = 0, v_channels = 0;

  template <class T>
  std::size_t values() const {
    return states * AttentionState<T>::size(queries, v_channels);
  }
};

// `mine`, this rank's states, and `room` for as many: afterwards one of them,
// which is returned, holds those of all ranks, with the same bits on each.
// Cost: log2(ranks) rounds, each of which sends all states and merges them.
// Only books it where the ledger does not compute.
template <class T>
T* merge_over_ranks(const StatesShape& shape, T* mine, T* room,
                    const InputShare& share, Exchange& exchange,
                    Ledger& ledger) {
  const std::size_t values = shape.values<T>();
  for_each_round(share, [&](std::size_t partner, bool lower) {
    swap_values<T>(exchange, static_cast<int>(partner), {mine, values},
                   {room, values}, ledger);
    if (!ledger.computes()) return;
    if (lower) std::swap(mine, room);  // `mine` is the left one
    const std::size_t panels = panel_count<T>(shape.queries);
#pragma omp parallel for schedule(static)
    for (std::size_t i = 0; i < shape.states * panels; ++i) {
      const std::size_t at = i / panels * (values / shape.states);
      AttentionState<T>(mine + at, shape.queries, shape.v_channels)
          .merge(AttentionState<T>(room + at, shape.queries, shape.v_channels),
                 i % panels);
    }
  });
  return mine;
}

}  // namespace suite
