// What a Perceiver is made of, read from a shape and its options.
#pragma once

#include <vector>

#include "contract/options.h"
#include "contract/shape.h"
#include "primitives/attention/attention.h"
#include "primitives/layers/attention_layer.h"
#include "primitives/layers/input_encoding.h"

namespace suite {

// Which blocks use the same weights (Perceiver §3.1, Table 7).
enum class Sharing {
  none,           // every cross-attention and every block has its own
  all,            // one cross-attention, one latent tower
  all_but_first,  // as published: the first cross-attention is kept apart
};

struct PerceiverConfig {
  std::size_t latents = 0;  // M
  std::size_t blocks = 0;   // B
  std::size_t layers = 0;   // L
  std::vector<bool> reads;  // per block: does it cross-attend?
  Sharing sharing = Sharing::all_but_first;
  AttentionForm attention = AttentionForm::streaming;
  bool planned = false;  // reads in the way of fewest MACs, not as written
  InputEncodingWidths input;
  AttentionLayerWidths cross;  // its plan is each set's own: see cross_of()
  AttentionLayerWidths latent;

  // Throws Error for a shape or option that makes no Perceiver.
  PerceiverConfig(const Shape& shape, const Options& options);

  // Which set of weights a block uses; sets are numbered from 0.
  std::size_t cross_set(std::size_t block) const;
  std::size_t tower_set(std::size_t block) const;
  std::size_t cross_sets() const;
  std::size_t tower_sets() const;
  std::size_t cross_uses(std::size_t set) const;  // in one forward

  ReadShape read_shape(std::size_t batch) const;
  // The cross-attention of a set, with the plan that it follows.
  AttentionLayerWidths cross_of(std::size_t set, std::size_t batch,
                                std::size_t scalar) const;
};

// The options of a Perceiver, with their questions.
std::vector<OptionSpec> perceiver_options();

}  // namespace suite
