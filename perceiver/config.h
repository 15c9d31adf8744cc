// What a Perceiver is made of: a record of it, the same with every width worked
// out, and how options of a contestant make one.
#pragma once

#include <vector>

#include "contract/options.h"
#include "contract/shape.h"
#include "perceiver/weight_sets.h"
#include "primitives/attention/attention.h"
#include "primitives/attention_layer/attention_layer_widths.h"
#include "primitives/cross_attention/plan.h"
#include "primitives/exchange/range_tree.h"
#include "primitives/layers/input_encoding.h"

namespace suite {

// Which blocks use the same weights (Perceiver §3.1, Table 7).
enum class Sharing {
  none,           // every cross-attention and every block has its own
  all,            // one cross-attention, the latent layers of one block
  all_but_first,  // as published: the first cross-attention is kept apart
};

// A width, or where it is 0 the one that follows from others.
inline std::size_t or_else(std::size_t value, std::size_t otherwise) {
  return value == 0 ? otherwise : value;
}

// A record: the latents, and how they read and think. 0 stands for the width
// that follows from others.
struct EncoderConfig {
  std::size_t latents = 0;   // M
  std::size_t channels = 0;  // D
  std::size_t blocks = 1;    // B
  std::size_t layers = 1;    // L
  // Cross-attentions before the layers of each block; empty: one, at first.
  std::vector<std::size_t> cross_attends = {};
  Sharing sharing = Sharing::all;
  std::size_t cross_heads = 1;
  std::size_t heads = 1;        // H, of latent layers
  std::size_t qk_channels = 0;  // 0: as wide as what is read
  std::size_t v_channels = 0;   // 0: as the keys
  // Cross-attention's keys are as wide as the latents, not as the inputs.
  bool keys_as_latents = false;
  std::size_t cross_widening = 1;
  std::size_t widening = 1;
  bool query_residual = true;
  bool mean_if_fully_masked = false;  // as AttentionLayerWidths has it
  Gelu gelu = Gelu::erf;
  AttentionForm attention = AttentionForm::streaming;
  bool planned =
      false;  // cross-attention in the way of fewest MACs, not as written
  RankMerge merge = RankMerge::tree;  // over ranks
};

struct PerceiverConfig {
  std::size_t latents = 0;         // M
  std::size_t blocks = 0;          // B
  std::size_t layers = 0;          // L
  // Before each block's layers.
  std::vector<std::size_t> cross_attends;
  WeightSets cross_sets;           // of all cross-attentions, in their order
  WeightSets latent_sets;          // of each block's latent layers
  AttentionForm attention = AttentionForm::streaming;
  bool planned = false;
  RankMerge merge = RankMerge::tree;
  InputEncodingWidths input;
  InputShare share = {};       // of a rank; none: all inputs are here
  AttentionLayerWidths cross;  // the plan is each set's own: see cross_of()
  AttentionLayerWidths latent;

  // Throw Error for what makes no Perceiver, naming the value.
  PerceiverConfig(const EncoderConfig& encoder,
                  const InputEncodingWidths& encoding);
  PerceiverConfig(const Shape& shape, const Options& options);

  // The same as a rank runs it. Throws Error for what keeps something of every
  // input.
  PerceiverConfig shared_out(const InputShare& share) const;
  // Inputs that are here.
  std::size_t own_inputs() const {
    return share.shared() ? share.inputs() : input.inputs;
  }

  CrossAttentionShape cross_attention_shape(std::size_t batch) const;
  // The cross-attention of a set, with the plan that it follows.
  AttentionLayerWidths cross_of(std::size_t set, std::size_t batch,
                                std::size_t scalar) const;
};

// What the options make of the letters.
EncoderConfig encoder_config(const Shape& shape, const Options& options);

// The options of a Perceiver, with their questions.
std::vector<OptionSpec> perceiver_options();

}  // namespace suite
