// The closed formulas that contestants declare their cost with. Written from
// the papers' arithmetic, not from the code: conformance demands that they equal
// what the ledger counts, exactly.
#pragma once

#include "primitives/attention/attention.h"
#include "primitives/cost.h"
#include "primitives/layers/attention_layer.h"
#include "primitives/layers/input_encoding.h"

namespace suite::formula {

// rows·in·out MACs; reads input and weight, writes the output, and reads it too
// where it is added to.
Work linear(std::size_t rows, std::size_t in, std::size_t out,
            std::size_t scalar, bool onto = false);
std::size_t linear_parameters(std::size_t in, std::size_t out,
                              Bias bias = Bias::with);

// Scores, softmax and weighted sum: batch·heads·M·N·(d_qk + d_v) MACs and
// batch·heads·M·N logits. Materialised, the M×N weights are written by the
// scores, read and written by the softmax, and read by the weighted sum.
Cost attention(const AttentionShape& shape, AttentionForm form,
               std::size_t scalar);

// Attention and its three projections, for `rows` queries that read
// `input_rows` inputs. `bytes_held` are the buffers'. Throws Error unless the
// heads divide the channels.
struct Attend {
  std::size_t batch, rows, channels, input_rows, input_channels, qk_channels,
      v_channels, heads;
};
Cost attend(const Attend& shape, Bias bias, AttentionForm form,
            std::size_t scalar, int threads);

// Positions of `batch` examples: read with the inputs, written with them.
// `bytes_held` are the positions', where fixed, and the encoded inputs'.
Cost input_encoding(const InputEncodingWidths& widths, std::size_t batch,
                    std::size_t scalar);

// One AttentionLayer over [batch, rows, channels]; with widths.input_channels,
// it reads `input_rows` inputs, else itself. `bytes_held` are the buffers'.
Cost attention_layer(const AttentionLayerWidths& widths, std::size_t batch,
                     std::size_t rows, std::size_t input_rows,
                     AttentionForm form, std::size_t scalar, int threads);

}  // namespace suite::formula
