#include "training/latents/latent_ablation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "contract/registry.h"
#include "training/classifier/testing.h"
#include "training/trainer/trainer.h"

namespace suite {
namespace {

TaskFacts facts() {
  return {.name = "largest",
          .inputs = 8,
          .channels = 1,
          .grid = {8},
          .classes = {"0", "1", "2", "3", "4", "5", "6", "7"}};
}

ClassifierConfig config(const std::string& contestant, std::size_t M = 4) {
  return {.entry = find_contestant(contestant),
          .shape = {.M = M, .B = 1, .D = 16, .H = 2, .L = 1, .batch = 20},
          .positions = parse_input_positions("fourier(bands=4)")};
}

double all_rises(const LatentAblation& found) {
  double sum = 0;
  for (std::size_t i = 0; i < found.rise.size(); ++i) {
    sum += found.rise.data()[i];
  }
  return sum;
}

TEST(LatentAblation, OfOneLatentLeavesOnlyWhatClassesAreLike) {
  const WhereIsTheLargest task(facts(), 2000);
  const ClassifierConfig one = config("perceiver(cross_heads=1)", 1);
  Trainer<float> trainer(
      task, one,
      {.schedule = parse_schedule("constant(rate=0.01)"), .batch = 20});
  while (trainer.steps() < 300) trainer.step();
  const auto found =
      ablate_latents(one, trainer.model(), task, Split::held_out, 500);
  ASSERT_TRUE(found.has_value());
  // Every example is answered alike: the loss is that of one answer for all.
  double loss = 0, count = 0;
  for (std::size_t c = 0; c < 8; ++c) {
    const auto examples = static_cast<double>(found->examples[c]);
    loss += examples * (found->loss[c] + found->rise(0, c));
    count += examples;
  }
  EXPECT_EQ(count, 500);
  EXPECT_GT(loss / count, std::log(8) - 0.1);
  EXPECT_GT(all_rises(*found), 4);
}

TEST(LatentAblation, IdenticalLatentsMatterAlike) {
  const WhereIsTheLargest task(facts(), 2000);
  const ClassifierConfig four = config("perceiver(cross_heads=1)");
  Trainer<float> trainer(task, four,
                         {.schedule = parse_schedule("constant(rate=0.01)"),
                          .batch = 20,
                          .latents = Latents::identical});
  while (trainer.steps() < 100) trainer.step();
  const auto found =
      ablate_latents(four, trainer.model(), task, Split::held_out, 500);
  ASSERT_EQ(found->rise.shape(0), 4u);
  double most = 0;
  for (std::size_t c = 0; c < 8; ++c) {
    for (std::size_t m = 1; m < 4; ++m) {
      EXPECT_NEAR(found->rise(m, c), found->rise(0, c), 1e-3);
    }
    most = std::max(most, std::abs(found->rise(0, c)));
  }
  EXPECT_GT(most, 0.02);
}

TEST(LatentAblation, IsOfLatentsThatAreTheAnswer) {
  const WhereIsTheLargest task(facts());
  for (const char* contestant : {"perceiver_io", "transformer"}) {
    Trainer<float> trainer(task, config(contestant), {.batch = 20});
    EXPECT_FALSE(ablate_latents(config(contestant), trainer.model(), task,
                                Split::test, 50)
                     .has_value());
  }
}

}  // namespace
}  // namespace suite
