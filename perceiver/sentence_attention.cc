#include "perceiver/sentence_attention.h"

#include <sstream>

#include "primitives/attention/materialised.h"
#include "primitives/cross_attention/cross_attention_formula.h"
#include "primitives/random.h"

namespace suite {
namespace {

std::vector<std::string> split(std::string_view sentence) {
  std::istringstream stream{std::string(sentence)};
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

std::string lower(std::string word) {
  for (char& c : word) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return word;
}

template <class T>
Tensor<T, 3> word_vectors(const std::vector<std::string>& words,
                          std::uint64_t seed) {
  Tensor<T, 3> input;
  input.resize({1, words.size(), kSentenceChannels});
  for (std::size_t n = 0; n < words.size(); ++n) {
    fill_normal<T>({&input(0, n, 0), kSentenceChannels},
                   derive_seed(seed, "word " + lower(words[n])));
  }
  return input;
}

// Unit normal, where a model starts from a deviation of 0.02: latents that
// still are nearly zero ask for nothing, and every weight would be 1/N.
template <class T>
Tensor<T, 3> latent_vectors(std::uint64_t seed) {
  Tensor<T, 3> latents;
  latents.resize({1, kSentenceLatents, kSentenceChannels});
  fill_normal<T>({latents.data(), latents.size()},
                 derive_seed(seed, "latents"));
  return latents;
}

template <class T>
Projections<T> single_projections(std::uint64_t seed) {
  const auto projection = [] {
    return Linear<T>(kSentenceChannels, kSentenceHeadChannels, Bias::without);
  };
  Projections<T> projections{projection(), projection(), projection(), 1};
  projections.for_each_parameter("cross", [&](const Parameter<T>& parameter) {
    initialise(parameter, seed);
  });
  return projections;
}

}  // namespace

template <class T>
SentenceAttention<T> sentence_attention(std::string_view sentence,
                                        std::uint64_t seed) {
  SentenceAttention<T> s;
  s.words = split(sentence);
  require(!s.words.empty(),
          "the sentence \"{}\" has no word; allowed are one "
          "or more, with spaces between",
          sentence);
  s.input = word_vectors<T>(s.words, seed);
  s.latents = latent_vectors<T>(seed);
  s.projections = single_projections<T>(seed);

  AttentionWorkspace<T> workspace(AttentionForm::materialised);
  Ledger ledger;
  const CrossAttentionRules as_written;
  attend<T>(s.latents, s.input, /*norm=*/nullptr, Mask(), s.projections,
            as_written, workspace, s.output, ledger);

  s.weights = dynamic_cast<const MaterialisedAttention<T>&>(
                  workspace.cross_attention.attention())
                  .weights();
  s.queries = std::move(workspace.queries);
  s.keys = workspace.cross_attention.kept().keys();
  s.values = workspace.cross_attention.kept().values();
  s.counted = ledger.counted();
  s.declared = formula::cross_attention(
      {.latents = kSentenceLatents,
       .inputs = s.words.size(),
       .channels = kSentenceChannels,
       .qk_channels = kSentenceHeadChannels,
       .v_channels = kSentenceHeadChannels,
       .normed = false},
      kSentenceChannels, as_written.plan, /*uses=*/1, Bias::without,
      AttentionForm::materialised, sizeof(T), 1);
  return s;
}

template SentenceAttention<float> sentence_attention<float>(std::string_view,
                                                            std::uint64_t);
template SentenceAttention<double> sentence_attention<double>(std::string_view,
                                                              std::uint64_t);

}  // namespace suite
