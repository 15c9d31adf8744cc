// What layers around attention cost. MACs, logits and bytes moved are the papers'
// arithmetic and not from the code: conformance demands that they equal what the
// ledger counts, exactly. Bytes of buffers are asked of the code's own layout.
#pragma once

#include "primitives/attention/attention.h"
#include "primitives/attention_layer/attention_layer_widths.h"
#include "primitives/cost.h"
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

}  // namespace suite::formula
