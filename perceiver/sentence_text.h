// What the worked example prints, block by block.
#pragma once

#include <string>

#include "perceiver/sentence_attention.h"

namespace suite {

// The shapes of input, latents, Q, K, V, scores, weights and output.
std::string shapes_text(const SentenceAttention<float>& attention);

// weights[1, 1, M, N] under their N words as numbers, with each row's sum, and as
// blocks: full for the largest weight, quarters below. `colours`: with ANSI
// colours. Cost: linear in M·N. No errors.
std::string weights_text(const std::vector<std::string>& words,
                         const Tensor<float, 4>& weights, bool colours);

// MACs by part, the ledger's beside the formula's, and whether they are equal.
std::string macs_text(const SentenceAttention<float>& attention);

// All of it for `sentence`, then the shapes of the sentence said twice. Cost:
// two sentence_attention(). Throws Error for a sentence without words.
std::string worked_example_text(const std::string& sentence, bool colours);

}  // namespace suite
