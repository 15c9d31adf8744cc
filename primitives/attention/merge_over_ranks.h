// States of attention that ranks have, of the inputs of each, become that of
// all.
#pragma once

#include <cstddef>
#include <vector>

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

// The same by halves (Rabenseifner 2004): in each round the partners divide
// what they have between them, and merge a half each; then what was merged goes
// back the same way. The rounds are those of recursive doubling, so that the
// tree and the bits are as well. Cost: of P ranks each sends 2(P − 1)/P of all
// states, if their panels divide evenly.
template <class T>
T* all_reduce_over_ranks(const StatesShape& shape, T* mine, T* room,
                         const InputShare& share, Exchange& exchange,
                         Ledger& ledger) {
  const std::size_t panels = panel_count<T>(shape.queries);
  const std::size_t state = shape.values<T>() / shape.states;
  // Where a panel begins, of `panels` in each state.
  const auto begin = [&](std::size_t index) {
    std::size_t first = 0;
    if (index % panels > 0) {
      with_panel<T>(shape.queries, index % panels,
                    [&](std::size_t at, auto) { first = at; });
    }
    return index / panels * state + first * (2 + shape.v_channels);
  };
  struct Panels {
    std::size_t first, end;
  };
  const auto values = [&](T* states, const Panels& of) {
    return std::span<T>(states + begin(of.first),
                        begin(of.end) - begin(of.first));
  };
  // What is this rank's after each round, from all panels on.
  std::vector<Panels> own = {{0, shape.states * panels}};
  std::vector<Panels> others;
  for_each_round(share, [&](std::size_t partner, bool lower) {
    const Panels all = own.back();
    const std::size_t middle = all.first + (all.end - all.first) / 2;
    const Panels low = {all.first, middle}, high = {middle, all.end};
    own.push_back(lower ? high : low);
    others.push_back(lower ? low : high);
    swap_values<T>(exchange, static_cast<int>(partner),
                   values(mine, others.back()), values(room, own.back()),
                   ledger);
    if (!ledger.computes()) return;
    if (lower) std::swap(mine, room);  // `mine` is the left one
#pragma omp parallel for schedule(static)
    for (std::size_t i = own.back().first; i < own.back().end; ++i) {
      const std::size_t at = i / panels * state;
      AttentionState<T>(mine + at, shape.queries, shape.v_channels)
          .merge(AttentionState<T>(room + at, shape.queries, shape.v_channels),
                 i % panels);
    }
  });
  for (std::size_t round = others.size(); round-- > 0;) {
    swap_values<T>(
        exchange, static_cast<int>(share.rank ^ (std::size_t{1} << round)),
        values(mine, own[round + 1]), values(mine, others[round]), ledger);
  }
  return mine;
}

}  // namespace suite
