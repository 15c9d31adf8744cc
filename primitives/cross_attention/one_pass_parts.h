// What the one pass over inputs and its backward share.
#pragma once

#include "primitives/attention/absorb.h"
#include "primitives/attention/attention_steps.h"
#include "primitives/cross_attention/plan.h"
#include "primitives/tensor.h"

namespace suite {

// How a read is cut: units are ranges of inputs, each with a state of all
// latents and heads, merged afterwards. Never depends on the number of threads.
struct OnePassCuts {
  std::size_t tile = 0;    // inputs at once
  std::size_t range = 0;   // inputs of a unit, of a share at most
  std::size_t ranges = 0;  // units of an example
  std::size_t leaves = 1;  // of a unit's subtree; 1 without one
};

// Throws Error for a read of nothing.
template <class T>
OnePassCuts one_pass_cuts(const CrossAttentionShape& shape);

// The same of a rank's share of the inputs. Units are subtrees of its tree,
// alike: as many as threads may share, each of 2^d ranges, which are read one
// after the other. Nothing of it changes an answer.
template <class T>
OnePassCuts rank_cuts(const CrossAttentionShape& shape,
                      const InputShare& share);

// What the steps took and made, on one thread.
struct OnePassSteps {
  AttentionSteps attention;
  Ticks layer_norm = 0, projection = 0;
  std::size_t inputs = 0;  // that were read

  OnePassSteps& operator+=(const OnePassSteps& other) {
    attention += other.attention;
    layer_norm += other.layer_norm;
    projection += other.projection;
    inputs += other.inputs;
    return *this;
  }
  // What they come to in a pass that does no work.
  static OnePassSteps counted(const CrossAttentionShape& s, const Mask& mask) {
    OnePassSteps steps;
    steps.inputs = shown_keys(mask, s.batch, s.inputs);
    steps.attention.pairs = s.heads * s.latents * steps.inputs;
    return steps;
  }
};

// The first `count` rows of one head's columns, side by side.
template <class T>
const T* head_of(const Tensor<T, 2>& all, std::size_t count, std::size_t head,
                 std::size_t width, Tensor<T, 1>& room) {
  return shown_rows<T>(
             matrix(all).row_range(0, count).columns(head * width, width),
             nullptr, room.data())
      .rows;
}

}  // namespace suite
