// One pass over the inputs: layer norm, key and value projection, scores and
// weighted sum of a tile of inputs happen while it is in cache. Beyond the inputs
// themselves memory doesn't grow with N, and each input is read once.
#pragma once

#include <vector>

#include "primitives/cross_attention/input_maps.h"
#include "primitives/cross_attention/one_pass_parts.h"
#include "primitives/exchange/exchange.h"
#include "primitives/panels/packed_matrix.h"

namespace suite {

template <class T>
class OnePass {
 public:
  struct Sources {
    // [batch, M, ·]; folded: as wide as heads·C, and with the norm's scale
    const Tensor<T, 3>& queries;
    const Tensor<T, 3>& inputs;   // [batch, N, C]
    const Mask& mask;             // hidden inputs are left out
    InputMaps<T> maps;
  };

  // output[batch, M, ·] ← attention of the queries over the inputs, as wide as
  // heads·C with folded values; log_sum_exp[batch, heads, M] too, unless it is
  // null. What is folded sees the inputs without the norm's scale and offset,
  // which are folded as well: so the offset has no part in the logits.
  // `shape` is that of the read as written. With a plan that shares inputs out
  // they are this rank's, and `exchange` is asked for what others saw of
  // theirs: the answer is that of all, the same on every rank; no log_sum_exp.
  void run(const CrossAttentionShape& shape, const CrossAttentionPlan& plan,
           const Sources& from, Tensor<T, 3>& output, Ledger& ledger,
           Tensor<T, 3>* log_sum_exp = nullptr, Exchange* exchange = nullptr);

  void lay_out(const CrossAttentionShape& shape, const CrossAttentionPlan& plan,
               Buffers& buffers);

 private:
  struct Scratch {
    Tensor<T, 2> normed;       // [tile, C], of what is projected, …
    Tensor<T, 2> standard;     // … and of what is folded
    Tensor<T, 2> keys;         // [tile, qk_channels]
    Tensor<T, 2> values;       // [tile, v_channels]
    Tensor<T, 1> head_keys;    // [tile, qk_channels of a head]
    Tensor<T, 1> head_values;  // [tile, v_channels of a head]
    Tensor<T, 1> weights;      // [tile, panel]
    Tensor<T, 2> counter;      // [d, heads·state], of a unit of 2^d ranges
  };
  struct Sizes;

  void read_unit(const Sizes& sizes, const Sources& from, std::size_t unit,
                 Scratch& scratch, OnePassSteps& steps);
  void read_subtree(const Sizes& sizes, const Sources& from, std::size_t unit,
                    Scratch& scratch, OnePassSteps& steps);
  // The inputs from `first` to `end` of example b become the heads' `states`.
  void read_range(const Sizes& sizes, const Sources& from, std::size_t b,
                  std::size_t first, std::size_t end, T* states,
                  Scratch& scratch, OnePassSteps& steps);
  void merge_units(const Sizes& sizes, std::size_t index);
  void merge_ranks(const Sizes& sizes, Tensor<T, 3>& output, Exchange& exchange,
                   Ledger& ledger);
  void merge_ranges(const Sizes& sizes, std::size_t unit, Tensor<T, 3>& output,
                    Tensor<T, 3>* log_sum_exp);
  void book(const Sizes& sizes, const Sources& from, const OnePassSteps& steps,
            const TickScale& scale, Ledger& ledger) const;

  std::vector<Scratch> scratch_;  // one a thread
  PackedMatrix<T> key_, value_;
  LayerNorm<T> plain_;    // with neither scale nor offset
  Tensor<T, 3> queries_;  // [batch, heads, M·qk], in panels
  // [batch·ranges, heads, state]; of ranks [ranges·batch, heads, state]
  Tensor<T, 3> states_;
  Tensor<T, 3> others_;  // [batch, heads, state], of other ranks
};

}  // namespace suite
