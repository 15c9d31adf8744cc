#include "perceiver/sentence_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace suite {
namespace {

constexpr int kLatentLabel = 10;
constexpr const char* kBlocks[] = {"░", "▒", "▓", "█"};
constexpr int kColours[] = {238, 67, 74, 220};  // of the 256, dark to bright

// The quarter of `most` that `weight` lies in: 0 to 3.
int quarter(float weight, float most) {
  return std::min(3, static_cast<int>(4 * weight / most));
}

std::string cell(int level, int width, bool colours) {
  std::string blocks;
  for (int i = 0; i < width; ++i) blocks += kBlocks[level];
  if (!colours) return blocks;
  return fmt::format("\x1b[38;5;{}m{}\x1b[0m", kColours[level], blocks);
}

std::vector<int> column_widths(const std::vector<std::string>& words) {
  std::vector<int> widths;
  for (const std::string& word : words) {
    widths.push_back(std::max<int>(5, static_cast<int>(word.size())));
  }
  return widths;
}

std::string heads_text(const std::vector<std::string>& words,
                       const char* last) {
  std::string line(kLatentLabel, ' ');
  const std::vector<int> widths = column_widths(words);
  for (std::size_t n = 0; n < words.size(); ++n) {
    line += fmt::format("{:>{}}", words[n], widths[n] + 2);
  }
  return line + last + "\n";
}

std::string numbers_text(const std::vector<std::string>& words,
                         const Tensor<float, 4>& weights) {
  std::string text = heads_text(words, "      sum");
  const std::vector<int> widths = column_widths(words);
  for (std::size_t m = 0; m < weights.shape(2); ++m) {
    text += fmt::format("{:<{}}", fmt::format("latent {}", m), kLatentLabel);
    double sum = 0;
    for (std::size_t n = 0; n < words.size(); ++n) {
      text += fmt::format("{:>{}.3f}", weights(0, 0, m, n), widths[n] + 2);
      sum += weights(0, 0, m, n);
    }
    text += fmt::format("{:>9.3f}\n", sum);
  }
  return text;
}

std::string blocks_text(const std::vector<std::string>& words,
                        const Tensor<float, 4>& weights, bool colours) {
  std::string text = heads_text(words, "");
  const std::vector<int> widths = column_widths(words);
  const float most = *std::max_element(weights.begin(), weights.end());
  for (std::size_t m = 0; m < weights.shape(2); ++m) {
    text += fmt::format("{:<{}}", fmt::format("latent {}", m), kLatentLabel);
    for (std::size_t n = 0; n < words.size(); ++n) {
      const int level = quarter(weights(0, 0, m, n), most);
      text += "  " + cell(level, widths[n], colours);
    }
    text += '\n';
  }
  for (int level = 0; level < 4; ++level) {
    text += fmt::format("{}{} {:.3f}…", level == 0 ? "from " : "  ",
                        cell(level, 1, colours), most * level / 4);
  }
  return text + fmt::format(" {:.3f}\n", most);
}

}  // namespace

std::string shapes_text(const SentenceAttention<float>& a) {
  std::string text;
  const auto line = [&](const char* what, const char* how, std::size_t rows,
                        std::size_t cols) {
    text += fmt::format("{:<9}{:<19}[{}, {}]\n", what, how, rows, cols);
  };
  const std::size_t M = a.weights.shape(2), N = a.weights.shape(3);
  line("words", "X, a vector each", a.input.shape(1), a.input.shape(2));
  line("latents", "Z", a.latents.shape(1), a.latents.shape(2));
  line("Q", "= Z·W_Q", a.queries.shape(1), a.queries.shape(2));
  line("K", "= X·W_K", a.keys.shape(1), a.keys.shape(2));
  line("V", "= X·W_V", a.values.shape(1), a.values.shape(2));
  // The softmax works in place: the two share their memory, and their shape.
  line("scores", "= Q·Kᵀ/√d_k", M, N);
  line("weights", "= softmax(scores)", M, N);
  line("output", "= weights·V", a.output.shape(1), a.output.shape(2));
  return text;
}

std::string weights_text(const std::vector<std::string>& words,
                         const Tensor<float, 4>& weights, bool colours) {
  return numbers_text(words, weights) + "\n" +
         blocks_text(words, weights, colours);
}

std::string macs_text(const SentenceAttention<float>& a) {
  std::string text = fmt::format("{:<23}{:<17}{:>9}{:>9}\n", "part", "formula",
                                 "declared", "ledger");
  const auto line = [&](const char* part, const char* formula,
                        const Work& declared, const Work& counted) {
    text +=
        fmt::format("{:<23}{:<17}{:>9}{:>9}{}\n", part, formula, declared.macs,
                    counted.macs, declared == counted ? "" : "  NOT EQUAL");
  };
  const auto part = [&](Part p, const char* name, const char* formula) {
    line(name, formula, a.declared[p], a.counted[p]);
  };
  part(Part::query_projection, "query projection", "M·D·d_k");
  part(Part::key_value_projection, "key, value projection", "N·C·(d_k + d_v)");
  part(Part::scores, "scores", "M·N·d_k");
  part(Part::weighted_sum, "weighted sum", "M·N·d_v");
  line("total", "", a.declared.total(), a.counted.total());
  return text;
}

std::string worked_example_text(const std::string& sentence, bool colours) {
  const auto once = sentence_attention<float>(sentence);
  const auto twice = sentence_attention<float>(sentence + " " + sentence);
  const std::size_t M = once.output.shape(1);
  std::string text = fmt::format(
      "\"{}\"\n{} words are read by {} latents, in one cross-attention:\n"
      "softmax(Q·Kᵀ/√d_k)·V, C = D = {}, d_k = d_v = {}, one head. Words, "
      "latents and\nprojections are random numbers of seed {}: nothing is "
      "learned.\n\n",
      sentence, once.words.size(), M, kSentenceChannels, kSentenceHeadChannels,
      kSentenceSeed);
  text += "Shapes\n" + shapes_text(once);
  text += "\nWeights: how much of each word goes into each latent\n" +
          weights_text(once.words, once.weights, colours);
  text += "Equal words have equal columns: nothing says where a word stands.\n";
  text += "\nMultiply-adds (MACs)\n" + macs_text(once);
  text += fmt::format("\nThe sentence twice, N = {}\n", twice.words.size()) +
          shapes_text(twice);
  return text + fmt::format(
                    "\nThe output has {} rows for N = {} and {} for N = {}: "
                    "one a latent, whatever N is.\n",
                    M, once.words.size(), twice.output.shape(1),
                    twice.words.size());
}

}  // namespace suite
