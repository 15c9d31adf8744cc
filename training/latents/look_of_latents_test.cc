#include "training/latents/look_of_latents.h"

#include <gtest/gtest.h>

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

ClassifierConfig config(const std::string& contestant) {
  return {.entry = find_contestant(contestant),
          .shape = {.M = 4, .B = 1, .D = 16, .H = 2, .L = 1, .batch = 20},
          .positions = parse_input_positions("fourier(bands=4)")};
}

TEST(LookOfLatents, ChangesWithTraining) {
  const WhereIsTheLargest task(facts());
  for (const char* contestant :
       {"perceiver(cross_heads=1)", "perceiver_io(cross_heads=1)"}) {
    Trainer<float> trainer(
        task, config(contestant),
        {.schedule = parse_schedule("constant(rate=0.01)"), .batch = 20});
    const auto look = [&] {
      return look_of_latents(config(contestant), trainer.model(), task,
                             Split::held_out, 50)
          ->specialisation();
    };
    const Specialisation before = look();
    // A layer norm gives fresh latents their length: they differ from the start.
    EXPECT_GT(before.information, 0.05) << contestant;
    while (trainer.steps() < 100) trainer.step();
    const Specialisation after = look();
    EXPECT_GT(after.information, before.information + 0.02) << contestant;
    EXPECT_LT(after.entropy, before.entropy) << contestant;
    EXPECT_NEAR(after.position + after.content,
                (1 - after.entropy) * std::log(8), 1e-9);
  }
}

TEST(LookOfLatents, IsOfOneLookWhereLatentsAreIdentical) {
  const WhereIsTheLargest task(facts());
  Trainer<float> trainer(task, config("perceiver(cross_heads=1)"),
                         {.batch = 20, .latents = Latents::identical});
  while (trainer.steps() < 50) trainer.step();
  const auto maps =
      look_of_latents(config("perceiver(cross_heads=1)"), trainer.model(), task,
                      Split::held_out, 50);
  EXPECT_NEAR(maps->specialisation().information, 0, 1e-6);
  EXPECT_NEAR(maps->specialisation().distinct, 1, 1e-6);
}

TEST(LookOfLatents, IsNothingWithoutLatents) {
  const WhereIsTheLargest task(facts());
  Trainer<float> trainer(task, config("transformer"), {.batch = 20});
  EXPECT_FALSE(look_of_latents(config("transformer"), trainer.model(), task,
                               Split::test, 5)
                   .has_value());
}

}  // namespace
}  // namespace suite
