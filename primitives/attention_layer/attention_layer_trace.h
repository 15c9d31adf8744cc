// What training needs beside a layer's forward: what one use of the layer keeps
// for its backward, and what backward needs while it runs.
#pragma once

#include "primitives/attention_layer/attend_backward.h"
#include "primitives/attention_layer/attention_layer_widths.h"
#include "primitives/keep.h"

namespace suite {

// What a layer is of.
struct AttentionLayerSizes {
  AttentionLayerWidths widths;
  std::size_t batch = 1, rows = 0;
  std::size_t inputs = 0;  // of what is read, if it isn't the rows themselves
  AttentionForm form = AttentionForm::streaming;

  AttendSizes attend() const {
    const AttentionLayerWidths& w = widths;
    if (w.input_channels > 0) {
      return {.cross = {batch, rows, inputs, w.input_channels, w.qk_channels,
                        w.v_channels, w.heads},
              .plan = w.plan};
    }
    return {.self = {batch, rows, rows, w.heads, w.qk_channels / w.heads,
                     w.v_channels / w.heads},
            .key_channels = w.keys(),
            .value_channels = w.values(),
            .shared_keys = w.shared_keys};
  }
};

// Norms and GELU are made again; what needs a product is kept.
template <class T>
struct AttentionLayerTrace {
  Tensor<T, 3> stream;  // [batch, rows, D], what the layer was given
  AttendTrace<T> attend;
  Tensor<T, 3> mixed;     // [batch, rows, v_channels]
  Tensor<T, 3> attended;  // [batch, rows, D], what the MLP's norm was given
  Tensor<T, 3> hidden;    // [batch, rows, widening·D], before GELU

  void lay_out(const AttentionLayerSizes& sizes, Buffers& buffers) {
    const AttentionLayerWidths& w = sizes.widths;
    lay_out_stream(sizes, buffers);
    attend.lay_out(sizes.attend(), sizes.form, buffers);
    buffers(mixed, {sizes.batch, sizes.rows, w.v_channels});
    buffers(attended, {sizes.batch, sizes.rows, w.channels});
    buffers(hidden, {sizes.batch, sizes.rows, w.widening * w.channels});
  }
  // All that is kept where the rest is computed again.
  void lay_out_stream(const AttentionLayerSizes& sizes, Buffers& buffers) {
    buffers(stream, {sizes.batch, sizes.rows, sizes.widths.channels});
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

  void lay_out(const AttentionLayerSizes& sizes, bool d_inputs,
               Buffers& buffers) {
    attend.lay_out(sizes.attend(), d_inputs, buffers);
    lay_out_rest(sizes, buffers);
  }
  void lay_out_rest(const AttentionLayerSizes& sizes, Buffers& buffers) {
    const AttentionLayerWidths& w = sizes.widths;
    const std::array<std::size_t, 3> stream = {sizes.batch, sizes.rows,
                                               w.channels};
    const std::array<std::size_t, 3> wide = {sizes.batch, sizes.rows,
                                             w.widening * w.channels};
    norm_room.lay_out(sizes.batch * sizes.rows, w.channels, buffers);
    buffers(normed, stream);
    buffers(d_normed, stream);
    buffers(hidden, wide);
    buffers(d_hidden, wide);
    buffers(d_mixed, {sizes.batch, sizes.rows, w.v_channels});
  }
};

}  // namespace suite
