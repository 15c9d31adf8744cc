// One pass over the inputs: layer norm, key and value projection, scores and
// weighted sum of a tile of inputs happen while it is in cache. Beyond the inputs
// themselves memory doesn't grow with N, and each input is read once.
#pragma once

#include <vector>

#include "primitives/attention/attention_steps.h"
#include "primitives/cross_attention/input_maps.h"
#include "primitives/cross_attention/plan.h"
#include "primitives/panels/packed_matrix.h"

namespace suite {

// How a read is cut: units are ranges of inputs, each with a state of all latents
// and heads, merged afterwards. Never depends on the number of threads.
struct OnePassCuts {
  std::size_t tile = 0;    // inputs at once
  std::size_t range = 0;   // inputs of a unit
  std::size_t ranges = 0;  // units of an example
};

// Throws Error for a read of nothing.
template <class T>
OnePassCuts one_pass_cuts(const CrossAttentionShape& shape);

template <class T>
class OnePass {
 public:
  struct Sources {
    const Tensor<T, 3>& queries;  // [batch, M, ·]; folded: as wide as heads·C
    const Tensor<T, 3>& inputs;   // [batch, N, C]
    const Mask& mask;             // hidden inputs are left out
    InputMaps<T> maps;
  };

  // output[batch, M, ·] ← attention of the queries over the inputs, as wide as
  // heads·C with folded values; log_sum_exp[batch, heads, M] too, unless it is
  // null. `shape` is that of the read as written.
  void run(const CrossAttentionShape& shape, const CrossAttentionPlan& plan,
           const Sources& from, Tensor<T, 3>& output, Ledger& ledger,
           Tensor<T, 3>* log_sum_exp = nullptr);

  void lay_out(const CrossAttentionShape& shape, const CrossAttentionPlan& plan,
               Buffers& buffers);

 private:
  struct Scratch {
    Tensor<T, 2> normed;       // [tile, C]
    Tensor<T, 2> keys;         // [tile, qk_channels]
    Tensor<T, 2> values;       // [tile, v_channels]
    Tensor<T, 1> head_keys;    // [tile, qk_channels of a head]
    Tensor<T, 1> head_values;  // [tile, v_channels of a head]
    Tensor<T, 1> weights;      // [tile, panel]
  };
  struct Sizes;
  struct Steps;

  void read_range(const Sizes& sizes, const Sources& from, std::size_t unit,
                  Scratch& scratch, Steps& steps);
  void merge_ranges(const Sizes& sizes, std::size_t unit, Tensor<T, 3>& output,
                    Tensor<T, 3>* log_sum_exp);
  void book(const Sizes& sizes, const Sources& from, const Steps& steps,
            const TickScale& scale, Ledger& ledger) const;

  std::vector<Scratch> scratch_;  // one a thread
  PackedMatrix<T> key_, value_;
  Tensor<T, 3> queries_;  // [batch, heads, M·qk], in panels
  Tensor<T, 3> states_;   // [batch·ranges, heads, state]
};

}  // namespace suite
