// How wide an attention layer is, and which of its forms it takes.
#pragma once

#include <cstddef>

#include "primitives/cross_attention/plan.h"
#include "primitives/layers/activation.h"

namespace suite {

struct AttentionLayerWidths {
  std::size_t channels = 0;        // D, of the stream
  std::size_t input_channels = 0;  // C, of what is read; 0: the stream itself
  std::size_t qk_channels = 0;     // of all heads together
  std::size_t v_channels = 0;
  // Of keys and values, where a token mixer wants other widths; 0: as above.
  std::size_t key_channels = 0;
  std::size_t value_channels = 0;
  bool shared_keys =
      false;  // no map to keys: a mixer gets the queries for them
  std::size_t heads = 1;
  std::size_t widening = 1;  // the MLP's hidden width over D
  bool query_residual = true;
  // What reads masked inputs alone gets their mean, as Hugging Face has it;
  // else zeros, as DeepMind has it.
  bool mean_if_fully_masked = false;
  CrossAttentionPlan plan = {};  // of a layer that reads inputs
  Gelu gelu = Gelu::erf;

  std::size_t keys() const {
    return key_channels > 0 ? key_channels : qk_channels;
  }
  std::size_t values() const {
    return value_channels > 0 ? value_channels : v_channels;
  }
};

}  // namespace suite
