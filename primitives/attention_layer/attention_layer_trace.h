// What training needs beside a layer's forward: what one use of the layer keeps
// for its backward, and what backward needs while it runs.
#pragma once

#include "primitives/attention_layer/attend_backward.h"

namespace suite {

// Norms and GELU are made again; what needs a product is kept.
template <class T>
struct AttentionLayerTrace {
  Tensor<T, 3> stream;  // [batch, rows, D], what the layer was given
  AttendTrace<T> attend;
  Tensor<T, 3> mixed;     // [batch, rows, v_channels]
  Tensor<T, 3> attended;  // [batch, rows, D], what the MLP's norm was given
  Tensor<T, 3> hidden;    // [batch, rows, widening·D], before GELU

  void begin(const Tensor<T, 3>& given, const Ledger& ledger) {
    keep_copy(given, stream, ledger);
  }
  void end_attention(AttentionWorkspace<T>& ran, const Tensor<T, 3>& now,
                     const Ledger& ledger) {
    attend.take(ran);
    std::swap(mixed, ran.mixed);
    keep_copy(now, attended, ledger);
  }
};

// What the backwards of one role of a model share.
template <class T>
struct AttentionLayerBackward {
  AttendBackward<T> attend;
  LayerNormRoom<T> norm_room;
  Tensor<T, 3> normed, d_normed;  // [batch, rows, D]
  Tensor<T, 3> hidden, d_hidden;  // [batch, rows, widening·D]
  Tensor<T, 3> d_mixed;           // [batch, rows, v_channels]

  explicit AttentionLayerBackward(AttentionForm form) : attend(form) {}
};

}  // namespace suite
