// Keys and values pass from rank to rank, and each rank's queries read what is
// there. What they have seen of a rank's keys is a state; states merge along
// the tree of all inputs (range_tree.h), whatever order they come in.
#pragma once

#include <array>
#include <vector>

#include "primitives/attention/attention_steps.h"
#include "primitives/attention/over_ranks/attention_over_ranks.h"
#include "primitives/attention/streaming.h"

namespace suite {

template <class T>
class RingAttention : public AttentionOverRanks<T> {
 public:
  RingAttention(const InputShare& share, Exchange& exchange)
      : share_(share), exchange_(&exchange) {}
  RingAttention() = default;  // to be laid out

  void forward(const AttentionInputs<T>& own, Tensor<T, 3>& output,
               Ledger& ledger) override;
  // Of tokens the share's at most; states of up to 2·log2(ranks) subtrees.
  void lay_out(const AttentionShape& own, const InputShare& share,
               Buffers& buffers);

 private:
  struct Scratch {
    Tensor<T, 1> queries;  // [query_chunk, qk_channels], in panels
    Tensor<T, 1> weights;  // [key_tile, panel]
    Tensor<T, 1> keys;     // [key_tile, qk_channels]
    Tensor<T, 1> values;   // [key_tile, v_channels]
    Tensor<T, 2> states;   // [leaves that wait, state_values]
  };
  struct Visit;
  struct Unit;

  void read(const Visit& visit, AttentionSteps& steps);
  void finish(const AttentionShape& shape, std::size_t slot,
              BatchView<T> output);

  InputShare share_;
  Exchange* exchange_ = nullptr;
  std::vector<Scratch> scratch_;  // one a thread
  Tensor<T, 3> states_;           // [slots, units, state_values]
  // Two to and fro: [batch, tokens of the longest share, ·].
  std::array<Tensor<T, 3>, 2> keys_, values_;
};

}  // namespace suite
