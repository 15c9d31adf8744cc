#include "pretrained/checkpoint/checkpoint.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "support/formats/safetensors_testing.h"
#include "support/formats/testing.h"

namespace suite {
namespace {

constexpr char kIndex[] = "model.safetensors.index.json";

float scalar(const Checkpoint& checkpoint, const std::string& name) {
  float value = -1;
  checkpoint.read(name, std::span(&value, 1));
  return value;
}

TEST(Checkpoint, OfOneFile) {
  const TestFolder folder;
  folder.write("model.safetensors", file_of_scalars({"a", "b"}));
  folder.write(kIndex, "not looked at");
  const Checkpoint checkpoint(folder.path());
  EXPECT_EQ(checkpoint.names(), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(scalar(checkpoint, "b"), 1.f);
  EXPECT_FALSE(checkpoint.contains("c"));
  expect_refused([&] { (void)checkpoint.shape("c"); },
                 {folder.path() + ": has no tensor \"c\""});
}

// Written by the safetensors package: testdata/make.py.
TEST(Checkpoint, OfShardsThatThePackageWrote) {
  const Checkpoint checkpoint("pretrained/checkpoint/testdata/sharded");
  EXPECT_EQ(checkpoint.names(),
            (std::vector<std::string>{"embed.weight", "linear.bias",
                                      "linear.weight"}));
  EXPECT_EQ(checkpoint.shape("embed.weight"), (std::vector<std::size_t>{4, 2}));
  EXPECT_EQ(checkpoint.dtype("linear.bias"), "F16");
  std::vector<double> bias(2);
  checkpoint.read("linear.bias", std::span(bias));
  EXPECT_EQ(bias, (std::vector<double>{-1, 1}));
  std::vector<float> row(2);
  checkpoint.read_range("embed.weight", 4, std::span(row));
  EXPECT_EQ(row, (std::vector<float>{4, 5}));
  EXPECT_EQ(checkpoint.config()["d_model"], 2);
  EXPECT_EQ(checkpoint.config()["layer_norm_eps"], 1e-5);
}

// Folders of two shards, x with a and b, y with `in_y`.
class Shards : public testing::Test {
 protected:
  void make(const std::string& weight_map,
            const std::vector<std::string>& in_y = {"c"}) {
    folder_.write("x", file_of_scalars({"a", "b"}));
    folder_.write("y", file_of_scalars(in_y));
    folder_.write(kIndex, "{\"weight_map\":{" + weight_map + "}}");
  }
  void expect_none(std::initializer_list<std::string> parts) {
    expect_refused([&] { Checkpoint{folder_.path()}; }, parts);
  }

  TestFolder folder_;
};

TEST_F(Shards, ThatAgreeWithTheirIndex) {
  make(R"("a":"x","b":"x","c":"y")");
  const Checkpoint checkpoint(folder_.path());
  EXPECT_EQ(checkpoint.names(), (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(scalar(checkpoint, "b"), 1.f);
  EXPECT_EQ(scalar(checkpoint, "c"), 0.f);
}

TEST_F(Shards, OfATensorThatTheIndexLeavesOutHaveIt) {
  make(R"("a":"x","c":"y")");
  EXPECT_TRUE(Checkpoint(folder_.path()).contains("b"));
}

TEST_F(Shards, WithoutTheTensorThatTheIndexSaysAreRefused) {
  make(R"("a":"x","b":"y","c":"y")");
  expect_none({folder_.path(kIndex), "tensor \"b\" is not in y"});
  make(R"("a":"x","d":"y")");
  expect_none({folder_.path(kIndex), "tensor \"d\" is not in y"});
}

TEST_F(Shards, WithOneTensorTwiceAreRefused) {
  make(R"("a":"x","c":"y")", {"c", "a"});
  expect_none({folder_.path() + ": tensor \"a\" is both in x and in y"});
}

TEST_F(Shards, ThatAreMissingOrBrokenAreRefused) {
  make(R"("a":"x","c":"z")");
  expect_none({"cannot read", folder_.path("z"), "No such file"});
  make(R"("a":"x","c":"y")");
  folder_.write("y", "1234567");
  expect_none({folder_.path("y"), "7 bytes, a safetensors file has 8 or more"});
  make(R"("a":"../x")");
  expect_none({folder_.path(kIndex), "tensor \"a\": file", "a plain name"});
  folder_.write(kIndex, "{");
  expect_none({folder_.path(kIndex), "byte 2: no JSON"});
  std::filesystem::resize_file(folder_.path(kIndex), 100'000'001);
  expect_none({folder_.path(kIndex), "100000001 bytes, allowed are 100000000"});
}

TEST(Checkpoint, FoldersWithoutModelAreRefused) {
  const TestFolder folder;
  for (const std::string& path : {folder.path(), folder.path("none")}) {
    expect_refused(
        [&] { Checkpoint{path}; },
        {path + ": has neither model.safetensors nor model.safetensors.index"});
  }
}

TEST(Checkpoint, ConfigurationsAreReadWithTheSameCare) {
  const TestFolder folder;
  folder.write("model.safetensors", file_of_scalars({"a"}));
  const Checkpoint checkpoint(folder.path());
  const std::string path = folder.path("config.json");
  const auto expect_none = [&](const std::string& part) {
    expect_refused([&] { checkpoint.config(); }, {path, part});
  };
  expect_none("No such file");
  folder.write("config.json", "{\"a\":1,\"a\":2}");
  expect_none("\"a\" stands twice");
  folder.write("config.json", "[]");
  expect_none("allowed is an object");
  folder.write("config.json", "{\"a\":" + std::string(9'000'000, '['));
  expect_none("65 deep, allowed are 64");
  std::filesystem::resize_file(path, 10'000'001);
  expect_none("10000001 bytes, allowed are 10000000");
}

}  // namespace
}  // namespace suite
