#include "experiments/worked_example/sentences.h"

#include <algorithm>
#include <array>

#include "primitives/random.h"
#include "support/check.h"

namespace suite {
namespace {

constexpr std::size_t kWords = 6;
// Of each kind of word, where it stands.
constexpr std::array<std::size_t, 4> kPlaces = {1, 2, 3, 5};
constexpr std::size_t kOfAKind = 5;

const std::vector<std::string>& words() {
  static const std::vector<std::string> all{
      "the",  "cat",   "dog",   "fox",    "hen",   "cow",   "sat",
      "ran",  "slept", "stood", "jumped", "on",    "by",    "under",
      "near", "over",  "mat",   "wall",   "chair", "bench", "fence"};
  return all;
}

std::size_t number_of(std::size_t kind, std::size_t which) {
  return 1 + kind * kOfAKind + which;
}

// The words of a sentence, and its labels.
void write(const std::array<std::size_t, 4>& numbers, std::size_t example,
           Examples& examples) {
  for (std::size_t n = 0; n < kWords; ++n) examples.input(example, n, 0) = 0;
  for (std::size_t kind = 0; kind < kPlaces.size(); ++kind) {
    examples.input(example, kPlaces[kind], 0) =
        static_cast<float>(numbers[kind]);
    examples.labels[example * kPlaces.size() + kind] =
        static_cast<std::int32_t>(numbers[kind]);
  }
}

Examples blank(std::size_t count) {
  Examples examples;
  examples.input.resize({count, kWords, 1});
  examples.labels.resize(count * kPlaces.size());
  return examples;
}

}  // namespace

Sentences::Sentences()
    : facts_{.name = "sentences",
             .source = "generated",
             .inputs = kWords,
             .channels = 1,
             .vocabulary = words().size(),
             .grid = {kWords},
             .outputs = kPlaces.size(),
             .classes = words()} {}

void Sentences::fill(Split split, std::span<const std::uint64_t> numbers,
                     Examples& examples) const {
  examples = blank(numbers.size());
  for (std::size_t b = 0; b < numbers.size(); ++b) {
    Random random(derive_seed(numbers[b], name_of(split)));
    std::array<std::size_t, 4> drawn;
    for (std::size_t kind = 0; kind < drawn.size(); ++kind) {
      drawn[kind] = number_of(kind, random.below(kOfAKind));
    }
    write(drawn, b, examples);
  }
}

Examples Sentences::example(const std::vector<std::string>& sentence) const {
  require(sentence.size() == kWords, "a sentence of {} words, not {}",
          sentence.size(), kWords);
  std::array<std::size_t, 4> numbers;
  for (std::size_t kind = 0; kind < numbers.size(); ++kind) {
    const std::string& word = sentence[kPlaces[kind]];
    const auto found = std::find(words().begin(), words().end(), word);
    numbers[kind] = static_cast<std::size_t>(found - words().begin());
    require(found != words().end() && numbers[kind] >= number_of(kind, 0) &&
                numbers[kind] < number_of(kind, kOfAKind),
            "\"{}\" is no word that stands there", word);
  }
  Examples examples = blank(1);
  write(numbers, 0, examples);
  return examples;
}

const std::vector<std::string>& Sentences::questions() {
  static const std::vector<std::string> all{"who", "did what", "where",
                                            "which thing"};
  return all;
}

}  // namespace suite
