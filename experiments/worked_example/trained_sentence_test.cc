#include "experiments/worked_example/trained_sentence.h"

#include <gtest/gtest.h>

#include "experiments/worked_example/sentences.h"
#include "support/check.h"

namespace suite {
namespace {

TEST(Sentences, LabelsAreTheWordsThatStandThere) {
  const Sentences task;
  Examples examples;
  task.fill(Split::train, std::vector<std::uint64_t>{0, 1, 2}, examples);
  for (std::size_t b = 0; b < 3; ++b) {
    EXPECT_EQ(examples.input(b, 0, 0), 0);
    EXPECT_EQ(examples.input(b, 4, 0), 0);
    std::size_t question = 0;
    for (const std::size_t place : {1, 2, 3, 5}) {
      EXPECT_EQ(static_cast<float>(examples.labels[4 * b + question++]),
                examples.input(b, place, 0));
    }
  }
  EXPECT_THROW(task.example({"the", "mat", "sat", "on", "the", "cat"}), Error);
}

TEST(TrainedSentence, LooksWhereTheAnswerStands) {
  const TrainedSentence trained = train_sentence(2021);
  EXPECT_LT(trained.accuracy_before, 0.3);
  EXPECT_GT(trained.accuracy_after, 0.95);
  for (const auto* weights : {&trained.before, &trained.after}) {
    for (std::size_t m = 0; m < 4; ++m) {
      double sum = 0;
      for (std::size_t n = 0; n < 6; ++n) {
        sum += static_cast<double>((*weights)(0, 0, m, n));
      }
      EXPECT_NEAR(sum, 1, 1e-5);
    }
  }
  const std::string text = trained_sentence_text(trained, false);
  const auto most = most_looked_at(trained.words, trained.after);
  const bool reached =
      most == std::vector<std::string>{"cat", "sat", "on", "mat"};
  EXPECT_EQ(text.find("the latents specialised") != std::string::npos, reached)
      << text;
}

TEST(TrainedSentence, SaysWhereTwoLookAtTheSame) {
  TrainedSentence same{.words = {"the", "cat", "sat", "on", "the", "mat"}};
  same.before.resize({1, 1, 4, 6});
  same.before.fill(1.0f / 6);
  same.after = same.before;
  EXPECT_NE(trained_sentence_text(same, false)
                .find("these latents did not specialise"),
            std::string::npos);
}

}  // namespace
}  // namespace suite
