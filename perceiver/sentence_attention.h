// One cross-attention, small enough to look at: four latents read a sentence.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "primitives/attention_layer/attend.h"

namespace suite {

// The example's letters; N is the number of words.
inline constexpr std::size_t kSentenceLatents = 4;        // M
inline constexpr std::size_t kSentenceChannels = 64;      // C = D
inline constexpr std::size_t kSentenceHeadChannels = 32;  // d_k = d_v
inline constexpr std::uint64_t kSentenceSeed = 2021;

template <class T>
struct SentenceAttention {
  std::vector<std::string> words;
  Tensor<T, 3> input;          // [1, N, C], a vector a word
  Tensor<T, 3> latents;        // [1, M, D]
  Projections<T> projections;  // W_Q, W_K, W_V, without bias
  Tensor<T, 3> queries;        // [1, M, d_k]
  Tensor<T, 3> keys;           // [1, N, d_k]
  Tensor<T, 3> values;         // [1, N, d_v]
  Tensor<T, 4> weights;        // [1, 1, M, N], softmax(QKᵀ/√d_k)
  Tensor<T, 3> output;         // [1, M, d_v], weights·V
  Cost counted;                // by the ledger
  Cost declared;               // by the formula
};

// Splits at spaces and runs the attention, materialised. A word's vector is
// drawn from a stream of its own, named by the word in lower case, so "The" and
// "the" are the same vector; so are latents and projections, all of `seed`.
// Cost: M·D·d_k + N·C·(d_k + d_v) + M·N·(d_k + d_v) MACs, and N·C draws.
// Throws Error for a sentence without words.
template <class T>
SentenceAttention<T> sentence_attention(std::string_view sentence,
                                        std::uint64_t seed = kSentenceSeed);

}  // namespace suite
