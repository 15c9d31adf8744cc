// The closed formulas that contestants declare their cost with. Written from
// the papers' arithmetic, not from the code: conformance demands that they equal
// what the ledger counts, exactly.
#pragma once

#include "primitives/attention/attention.h"
#include "primitives/cost.h"
#include "primitives/attention_layer/attention_layer.h"
#include "primitives/layers/input_encoding.h"
#include "primitives/cross_attention/read_plan.h"

namespace suite::formula {

// rows·in·out MACs; reads input and weight, writes the output, and reads it too
// where it is added to.
Work linear(std::size_t rows, std::size_t in, std::size_t out,
            std::size_t scalar, bool onto = false);
std::size_t linear_parameters(std::size_t in, std::size_t out,
                              Bias bias = Bias::with);

// Inputs mapped to the width of a stream, or where they are as wide copied,
// which costs nothing.
Cost input_projection(std::size_t rows, std::size_t in, std::size_t out,
                      std::size_t scalar);

// Scores, softmax and weighted sum: batch·heads·M·N·(d_qk + d_v) MACs and
// batch·heads·M·N logits. Materialised, the M×N weights are written by the
// scores, read and written by the softmax, and read by the weighted sum.
Cost attention(const AttentionShape& shape, AttentionForm form,
               std::size_t scalar);

// The bytes that an attention of that form holds while it runs.
std::uint64_t attention_buffers(const AttentionShape& shape, AttentionForm form,
                                std::size_t scalar, int threads);

// The same of what reads inputs.
std::uint64_t reader_buffers(const ReadShape& shape, AttentionForm form,
                             const ReadPlan& plan, std::size_t scalar,
                             int threads);

// Self-attention of `rows` rows and its three projections. `bytes_held` are the
// buffers'. Throws Error unless the heads divide the channels.
struct Attend {
  std::size_t batch, rows, channels, qk_channels, v_channels, heads;
};
Cost attend(const Attend& shape, Bias bias, AttentionForm form,
            std::size_t scalar, int threads);

// Latents of `width` channels read inputs, `uses` times with the same weights:
// cross-attention and its projections, layer norm of the inputs included.
// `bytes_held` are the buffers', `parameters` those of one use. Throws Error
// unless the heads divide the channels.
//
// As written, of one example, in MACs: M·D·qk for the queries, N·C·(qk + v) for
// keys and values, M·N·(qk + v) for scores and sum. A folded side costs M·C·qk
// (or v) and heads·M·N·C instead of its share of the last two; what is kept is
// projected once for all uses.
Cost read(const ReadShape& shape, std::size_t width, const ReadPlan& plan,
          std::size_t uses, Bias bias, AttentionForm form, std::size_t scalar,
          int threads);

// The plan of fewest MACs for so many uses. Keys and values are kept only if
// they take at most kMostKeptBytes.
inline constexpr std::uint64_t kMostKeptBytes = std::uint64_t{1} << 30;
ReadPlan cheapest_plan(const ReadShape& shape, std::size_t uses,
                       AttentionForm form, std::size_t scalar);

// Positions of `batch` examples: read with the inputs, written with them.
// `bytes_held` are the positions', where fixed, and the encoded inputs'.
Cost input_encoding(const InputEncodingWidths& widths, std::size_t batch,
                    std::size_t scalar);

// An AttentionLayer over [batch, rows, channels], run `uses` times with the same
// weights; with widths.input_channels it reads `input_rows` inputs, else itself.
// `bytes_held` are the buffers', `parameters` those of one use.
Cost attention_layer(const AttentionLayerWidths& widths, std::size_t batch,
                     std::size_t rows, std::size_t input_rows, std::size_t uses,
                     AttentionForm form, std::size_t scalar, int threads);

// The same over the rows themselves, mixed by something that costs `mixing` in
// each use, its own parameters and buffers included.
Cost mixing_layer(const AttentionLayerWidths& widths, std::size_t batch,
                  std::size_t rows, std::size_t uses, const Cost& mixing,
                  std::size_t scalar);

}  // namespace suite::formula
