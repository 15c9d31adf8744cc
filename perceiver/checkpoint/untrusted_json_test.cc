#include "perceiver/checkpoint/untrusted_json.h"

#include <gtest/gtest.h>

#include "perceiver/checkpoint/config_json.h"
#include "perceiver/checkpoint/shard_index.h"
#include "perceiver/files/testing.h"

namespace suite {
namespace {

constexpr JsonLimits kLimits = {.depth = 3, .values = 8};

void expect_no_json(const std::string& text, const std::string& part) {
  expect_refused([&] { parse_untrusted_json("file", text, kLimits); },
                 {"file: ", part});
}

TEST(UntrustedJson, IsWhatTheLibraryReads) {
  for (const std::string text :
       {R"({"a":[1,-2,3.5,"x",null,true]})", "[]", "{}", "7", R"("\u00e9")",
        R"({"a":{"b":{}},"c":{"b":0}})", " [ [1] , [2,{}] ] "}) {
    EXPECT_EQ(parse_untrusted_json("file", text, kLimits),
              nlohmann::json::parse(text));
  }
}

TEST(UntrustedJson, WhatIsNoneIsRefusedWithItsPlace) {
  expect_no_json("", "byte 1: no JSON goes on with \"\"");
  expect_no_json("{\"a\":1,}", "byte 8: no JSON goes on with");
  expect_no_json("[1] [", "byte 5");
  expect_no_json("[NaN]", "byte 2");
  expect_no_json("[1e999]", "byte 6");
  expect_no_json("{a:1}", "byte 2");
  expect_no_json("[1]\x01", "byte 4");
  expect_no_json("[\"\xff\"]", "byte 3");
  expect_no_json("[\"a\nb\"]", "byte 4");
  expect_no_json("[" + std::string(5000, 'z'), "byte 2");
}

TEST(UntrustedJson, LimitsHold) {
  expect_no_json("[[[[]]]]", "4 deep, allowed are 3");
  expect_no_json(R"({"a":{"b":{"c":{}}}})", "4 deep, allowed are 3");
  expect_no_json("[1,2,3,4,5,6,7,8]", "more than 8 values");
  expect_no_json(R"({"a":1,"b":{"b":2,"b":3}})", "\"b\" stands twice");
}

// As many as a header may have bytes: each a level that no one may descend.
TEST(UntrustedJson, DepthTakesNoStack) {
  expect_no_json(std::string(100'000'000, '['), "4 deep, allowed are 3");
  const std::size_t levels = 1'000'000;
  const std::string deep = std::string(levels, '[') + std::string(levels, ']');
  EXPECT_EQ(parse_untrusted_json("file", deep, {levels, levels}).size(), 1u);
}

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
