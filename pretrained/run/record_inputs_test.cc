#include "pretrained/run/record_inputs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "pretrained/inputs/testing.h"

namespace suite {
namespace {

IoConfig text_and_film() {
  IoConfig config;
  config.inputs = {
      {"text", TextInput{.vocabulary = 50, .length = 400, .channels = 4}},
      {"image", GridInput{.extents = {2, 20, 30}, .channels = 3}},
      {"label", GridInput{.extents = {1}}, /*hidden=*/true}};
  config.encoder = {.latents = 2, .channels = 8};
  return config;
}

ModelInputs drawn(std::uint64_t seed) {
  return record_inputs({}, IoModel<float>(text_and_film()), seed);
}

TEST(RecordInputs, AreDrawnFromTheSeed) {
  const ModelInputs first = drawn(3), again = drawn(3), other = drawn(4);
  const auto& values = first.arrays.at("image").values;
  EXPECT_EQ(values, again.arrays.at("image").values);
  EXPECT_NE(values, other.arrays.at("image").values);
  const Tokens& ids = first.arrays.at("text").tokens;
  EXPECT_EQ(ids, again.arrays.at("text").tokens);
  EXPECT_NE(ids, other.arrays.at("text").tokens);

  EXPECT_EQ(*std::min_element(ids.begin(), ids.end()), 0);
  EXPECT_EQ(*std::max_element(ids.begin(), ids.end()), 49);
  double squares = 0;
  for (const float value : values) squares += value * value;
  EXPECT_NEAR(squares / static_cast<double>(values.size()), 1, 0.1);
}

TEST(RecordInputs, HaveShapesAsNumpyHasThem) {
  const InputShapes shapes = drawn(1).shapes;
  EXPECT_EQ(shapes, (InputShapes{{"text", {1, 400}},
                                 {"image", {1, 2, 3, 20, 30}}}));
}

}  // namespace
}  // namespace suite
