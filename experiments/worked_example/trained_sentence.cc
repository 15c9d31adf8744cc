#include "experiments/worked_example/trained_sentence.h"

#include <algorithm>
#include <set>

#include "contract/registry.h"
#include "experiments/worked_example/sentences.h"
#include "perceiver/sentence_text.h"
#include "training/trainer/trainer.h"

namespace suite {
namespace {

constexpr std::uint64_t kSteps = 400;

ClassifierConfig config() {
  return {.entry = find_contestant(
              "perceiver(cross_heads=1, form=materialised)"),
          .shape = {.M = 4, .B = 1, .D = 32, .H = 1, .L = 0, .batch = 32},
          .positions = parse_input_positions("fourier(bands=3)"),
          .embedding = 25};
}

Tensor<float, 4> weights_of(Trainer<float>& trainer, const Examples& example) {
  const auto workspace = trainer.model().workspace();
  Ledger ledger;
  trainer.model().forward(example.input, example.mask, *workspace, ledger);
  return *trainer.model().cross_weights(*workspace);
}

}  // namespace

TrainedSentence train_sentence(std::uint64_t seed) {
  const Sentences task;
  TrainedSentence trained{.words = {"the", "cat", "sat", "on", "the", "mat"},
                          .steps = kSteps};
  const Examples shown = task.example(trained.words);
  Trainer<float> trainer(
      task, config(),
      {.schedule = parse_schedule(
           "warm_up_cosine(rate=0.01, warm_up=20, steps=400)"),
       .batch = 32,
       .seed = seed});
  trained.before = weights_of(trainer, shown);
  trained.accuracy_before = trainer.evaluate(Split::test, 500).accuracy;
  while (trainer.steps() < kSteps) trainer.step();
  trained.after = weights_of(trainer, shown);
  trained.accuracy_after = trainer.evaluate(Split::test, 500).accuracy;
  return trained;
}

std::vector<std::string> most_looked_at(const std::vector<std::string>& words,
                                        const Tensor<float, 4>& weights) {
  std::vector<std::string> most;
  for (std::size_t m = 0; m < weights.shape(2); ++m) {
    const float* row = &weights(0, 0, m, 0);
    most.push_back(words[static_cast<std::size_t>(
        std::max_element(row, row + words.size()) - row)]);
  }
  return most;
}

std::string trained_sentence_text(const TrainedSentence& t, bool colours) {
  std::string text = fmt::format(
      "Four latents, drawn at random, are each asked one question of sentences "
      "as\n\"the cat sat on the mat\": who, did what, where, which thing. One "
      "cross-attention\nreads; nothing but the answer's loss tells a latent "
      "where to look.\n\nBefore: {:.1f} % of answers are right\n",
      100 * t.accuracy_before);
  text += weights_text(t.words, t.before, colours);
  text += fmt::format("\nAfter {} steps of gradient descent: {:.1f} %\n",
                      t.steps, 100 * t.accuracy_after);
  text += weights_text(t.words, t.after, colours) + "\n";
  const std::vector<std::string> most = most_looked_at(t.words, t.after);
  for (std::size_t m = 0; m < most.size(); ++m) {
    text += fmt::format("latent {} was asked \"{}\" and looks most at \"{}\"\n",
                        m, Sentences::questions()[m], most[m]);
  }
  const bool apart =
      std::set<std::string>(most.begin(), most.end()).size() == most.size();
  return text + (apart ? "Each looks at a word of its own: the latents "
                         "specialised.\n"
                       : "Two look at the same word: these latents did not "
                         "specialise.\n");
}

}  // namespace suite
