#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "pretrained/checkpoint/config_json.h"
#include "pretrained/checkpoint/shard_index.h"
#include "support/formats/testing.h"

namespace suite {
namespace {

TEST(Config, IsAnObjectWithLimits) {
  EXPECT_EQ(parse_config("c", R"({"d_model": 768})")["d_model"], 768);
  expect_refused([] { parse_config("c", "[1]"); },
                 {"c: \"[1]\" found, allowed is an object"});
  expect_refused([] { parse_config("c", "{\"a\":" + std::string(64, '[')); },
                 {"c: objects and lists 65 deep, allowed are 64"});
}

TEST(ShardIndex, MapsTensorsToFiles) {
  const auto files = parse_shard_index(
      "i",
      R"({"metadata":{"total_size":8},"weight_map":{"a":"x-1.st","b":"y"}})");
  EXPECT_EQ(files,
            (std::map<std::string, std::string>{{"a", "x-1.st"}, {"b", "y"}}));
}

TEST(ShardIndex, OtherFormsAreRefused) {
  const auto expect_none = [](const std::string& text,
                              const std::string& part) {
    expect_refused([&] { parse_shard_index("i", text); }, {"i: ", part});
  };
  expect_none("[]", "allowed is an object");
  expect_none("{}", "has no weight_map with entries");
  expect_none(R"({"weight_map":[]})", "has no weight_map with entries");
  expect_none(R"({"weight_map":{}})", "has no weight_map with entries");
  expect_none(R"({"weight_map":{"a":"x","a":"y"}})", "\"a\" stands twice");
  for (const std::string file :
       {R"("")", R"("..")", R"("../x")", R"("/x")", R"("d/x")", R"(".x")",
        R"("x\\y")", R"("x\u0000")", R"("x\ny")", R"("x y")", "7", "null"}) {
    expect_none(R"({"weight_map":{"a":)" + file + "}}",
                "allowed is a plain name of a file in the same folder");
  }
  expect_none(R"({"weight_map":{"a":")" + std::string(256, 'x') + R"("}})",
              "tensor \"a\": file");
}

}  // namespace
}  // namespace suite
