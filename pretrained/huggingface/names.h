// What Hugging Face's transformers call a parameter of ours.
#pragma once

#include <string>
#include <string_view>

namespace suite {

// "encoder.block0.layer2.mlp_in.weight" of a PerceiverForMaskedLM is
// "perceiver.encoder.self_attends.2.mlp.dense1.weight". Throws Error for a name
// that no model here has.
std::string huggingface_name(std::string_view architecture,
                             const std::string& ours);

// How their array relates to ours.
enum class Layout {
  plain,        // the same values in the same order
  transposed,   // [out, in], or [out, in, 1, 1]; ours is [in, out]
  convolution,  // [out, in, k, k]; ours is [k·k·in, out]
};
Layout huggingface_layout(const std::string& ours);

// Is it in their files though no model reads it?
bool is_unread_by_huggingface(std::string_view name);

}  // namespace suite
