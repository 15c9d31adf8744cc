#include "support/formats/untrusted_json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "support/formats/testing.h"

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

}  // namespace
}  // namespace suite
