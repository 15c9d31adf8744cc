#include "pretrained/checkpoint/load.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <numeric>

#include "support/formats/safetensors_testing.h"
#include "support/formats/testing.h"

namespace suite {
namespace {

bool none_left(const std::string&) { return false; }

std::vector<float> counting(std::size_t count) {
  std::vector<float> values(count);
  std::iota(values.begin(), values.end(), 0.f);
  return values;
}

// model.safetensors of one F32 tensor, "w", that counts up from 0.
Checkpoint counting_checkpoint(const TestFolder& folder,
                               const std::string& shape, std::size_t count) {
  folder.write(
      "model.safetensors",
      safetensors_file(
          fmt::format(
              R"({{"w":{{"dtype":"F32","shape":{},"data_offsets":[0,{}]}}}})",
              shape, 4 * count),
          bytes_of(counting(count))));
  return Checkpoint(folder.path());
}

TEST(Load, ReadsAsItStandsAndTransposed) {
  const Checkpoint checkpoint("pretrained/checkpoint/testdata/sharded");
  std::vector<float> embed(8), bias(2), weight(6), tied(8);
  load<float>(checkpoint,
              {{"embed.weight", {4, 2}, embed},
               {"linear.bias", {2}, bias},
               {"linear.weight", {2, 3}, weight, kTransposed},
               {"embed.weight", {4, 2}, tied, kTransposed}},
              none_left);
  EXPECT_EQ(embed, counting(8));
  EXPECT_EQ(bias, (std::vector<float>{-1, 1}));
  EXPECT_EQ(weight, (std::vector<float>{0, 3, 1, 4, 2, 5}));
  EXPECT_EQ(tied, (std::vector<float>{0, 2, 4, 6, 1, 3, 5, 7}));
}

// Larger than the buffer: read in parts.
TEST(Load, TransposesLargeMatrices) {
  const TestFolder folder;
  for (const auto& [out, in] : {std::pair<std::size_t, std::size_t>{700, 1030},
                                {3, 300'000},
                                {300'000, 3}}) {
    const Checkpoint checkpoint =
        counting_checkpoint(folder, fmt::format("[{},{}]", out, in), out * in);
    std::vector<double> to(out * in);
    load<double>(checkpoint, {{"w", {out, in}, to, kTransposed}}, none_left);
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < to.size(); ++i) {
      wrong += to[i] != static_cast<double>(i % out * in + i / out);
    }
    EXPECT_EQ(wrong, 0u);
  }
}

TEST(Load, MakesConvolutionsMatrices) {
  const TestFolder folder;
  const Checkpoint checkpoint = counting_checkpoint(folder, "[4,3,2,5]", 120);
  std::vector<float> to(120);
  load<float>(checkpoint, {{"w", {4, 3, 2, 5}, to, kConvolution}}, none_left);
  for (std::size_t out = 0; out < 4; ++out) {
    for (std::size_t in = 0; in < 3; ++in) {
      for (std::size_t y = 0; y < 2; ++y) {
        for (std::size_t x = 0; x < 5; ++x) {
          EXPECT_EQ(to[((y * 5 + x) * 3 + in) * 4 + out],
                    static_cast<float>(((out * 3 + in) * 2 + y) * 5 + x));
        }
      }
    }
  }
}

TEST(Load, EmptyTensorsHaveNothingToPermute) {
  const TestFolder folder;
  const Checkpoint checkpoint = counting_checkpoint(folder, "[3,0]", 0);
  EXPECT_NO_THROW(
      load<float>(checkpoint, {{"w", {3, 0}, {}, kTransposed}}, none_left));
}

TEST(Load, SaysAllThatIsWrongInOneLineAndReadsNothing) {
  const TestFolder folder;
  folder.write("model.safetensors", file_of_scalars({"a", "b", "c", "ids"}));
  const Checkpoint checkpoint(folder.path());
  std::vector<float> a = {7}, b = {7, 7}, d = {7};
  expect_refused(
      [&] {
        load<float>(checkpoint,
                    {{"a", {1}, a}, {"b", {1, 2}, b}, {"d", {1}, d}},
                    [](const std::string& name) { return name == "ids"; });
      },
      {folder.path() + ": missing: \"d\"; left over: \"c\"; other shapes: "
                       "\"b\" is [1], wanted [1, 2]"});
  EXPECT_EQ(a[0], 7);
}

TEST(Load, NamesTheFirstFewOfEachKind) {
  const TestFolder folder;
  folder.write("model.safetensors",
               file_of_scalars({"k0", "k1", "k2", "k3", "k4", "k5"}));
  const Checkpoint checkpoint(folder.path());
  std::vector<float> value(1);
  std::vector<WantedTensor<float>> wanted;
  for (int i = 0; i < 17; ++i) {
    wanted.push_back({fmt::format("m{}", i), {1}, value});
  }
  expect_refused(
      [&] { load(checkpoint, wanted, none_left); },
      {"missing: \"m0\", \"m1\", \"m2\", \"m3\", \"m4\" and 12 more; "
       "left over: \"k0\", \"k1\", \"k2\", \"k3\", \"k4\" and 1 more"});
}

TEST(Load, AShapeOfTheSameRankDiffersToo) {
  const TestFolder folder;
  const Checkpoint checkpoint = counting_checkpoint(folder, "[2,3]", 6);
  std::vector<float> six(6);
  expect_refused(
      [&] {
        load<float>(checkpoint, {{"w", {3, 2}, six}}, none_left);
      },
      {folder.path() + ": other shapes: \"w\" is [2, 3], wanted [3, 2]"});
}

TEST(Load, ADtypeThatCannotBeReadIsSaidBeforeAnythingIs) {
  const TestFolder folder;
  folder.write(
      "model.safetensors",
      safetensors_file(
          R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})", "1"));
  const Checkpoint checkpoint(folder.path());
  std::vector<float> value(1);
  expect_refused(
      [&] {
        load<float>(checkpoint, {{"a", {1}, value}}, none_left);
      },
      {folder.path(),
       "dtypes other than F16, BF16, F32, F64: \"a\" is \"U8\""});
}

TEST(Load, WantsThatContradictThemselvesAreRefused) {
  const Checkpoint checkpoint("pretrained/checkpoint/testdata/sharded");
  std::vector<float> two(2);
  expect_refused(
      [&] {
        load<float>(checkpoint, {{"linear.bias", {3}, two}}, none_left);
      },
      {"linear.bias: [3] values to be read into 2"});
  expect_refused(
      [&] {
        load<float>(checkpoint, {{"linear.bias", {2}, two, kTransposed}},
                    none_left);
      },
      {"linear.bias: 2 axes to reorder in [2]"});
}

}  // namespace
}  // namespace suite
