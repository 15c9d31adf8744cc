// What layers around attention cost. MACs, logits and bytes moved are the papers'
// arithmetic and not from the code: conformance demands that they equal what the
// ledger counts, exactly. Bytes of buffers are asked of the code's own layout.
#pragma once

#include "primitives/attention/attention.h"
#include "primitives/attention_layer/attention_layer_trace.h"
#include "primitives/attention_layer/attention_layer_widths.h"
#include "primitives/cost.h"
#include "primitives/keep.h"
#include "primitives/layers/linear.h"

namespace suite::formula {

// Self-attention of `rows` rows and its three projections. `bytes_held` are the
// buffers'. Throws Error unless the heads divide the channels.
struct Attend {
  std::size_t batch, rows, channels, qk_channels, v_channels, heads;
};
Cost attend(const Attend& shape, Bias bias, AttentionForm form,
            std::size_t scalar, int threads);

// An AttentionLayer over [batch, rows, channels], run `uses` times with the same
// weights; with widths.input_channels it reads `input_rows` inputs, else itself.
// `bytes_held` are the buffers', `parameters` those of one use.
Cost attention_layer(const AttentionLayerWidths& widths, std::size_t batch,
                     std::size_t rows, std::size_t input_rows, std::size_t uses,
                     AttentionForm form, std::size_t scalar, int threads);

// The same over the rows themselves, mixed by something that costs `mixer` in
// each use, its own parameters and buffers included.
Cost layer_with_mixer(const AttentionLayerWidths& widths, std::size_t batch,
                      std::size_t rows, std::size_t uses, const Cost& mixer,
                      std::size_t scalar);

// The backward of `uses` of attend() over rows of that many channels, and what
// those uses keep in place of what forward's own buffers would hold. Their
// `bytes_held` are the buffers'.
Cost attend_backward(const AttentionShape& shape, std::size_t channels,
                     std::size_t uses, std::size_t scalar, AttentionForm form,
                     int threads);
std::uint64_t attend_kept(const AttendSizes& sizes, std::size_t uses,
                          AttentionForm form, std::size_t scalar);

// What training adds to attention_layer() of `uses`: to its forward the pass
// that keeps what GELU is given; and the whole backward.
Cost attention_layer_keeping(const AttentionLayerSizes& sizes, std::size_t uses,
                             std::size_t scalar);
// `d_inputs`: are the gradients of what is read asked for? `bytes_held` are
// those of the backward's buffers.
Cost attention_layer_backward(const AttentionLayerSizes& sizes,
                              std::size_t uses, bool d_inputs,
                              std::size_t scalar, int threads);
// The same with another mixing, whose backward in each use costs `mixer`, its
// buffers included.
Cost layer_with_mixer_backward(const AttentionLayerSizes& sizes,
                               std::size_t uses, const Cost& mixer,
                               std::size_t scalar, int threads);

// What `uses` of such layers keep, and what forward's own buffers have no need
// to hold then.
std::uint64_t traces_held(const AttentionLayerSizes& sizes, std::size_t uses,
                          Keep keep, std::size_t scalar, int threads);
std::uint64_t buffers_unused(const AttentionLayerSizes& sizes, Keep keep,
                             std::size_t scalar);

}  // namespace suite::formula
