// What a header may say, and what is refused, one line each.
#include "support/formats/safetensors_header.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "support/formats/testing.h"

namespace suite {
namespace {

using Shape = std::vector<std::size_t>;

void expect_no_header(const std::string& header, std::uint64_t data_bytes,
                      const std::string& part) {
  expect_refused([&] { parse_safetensors_header("file", header, data_bytes); },
                 {"file: ", part});
}

std::string entry(const std::string& dtype, const std::string& shape,
                  const std::string& offsets) {
  return fmt::format(R"({{"dtype":{},"shape":{},"data_offsets":{}}})", dtype,
                     shape, offsets);
}

// One tensor, a, and its data_bytes.
void expect_no_entry(const std::string& entry, const std::string& part,
                     std::uint64_t data_bytes = 4) {
  expect_no_header("{\"a\":" + entry + "}", data_bytes,
                   "tensor \"a\": " + part);
}

TEST(SafetensorsHeader, SaysWhatItsTensorsAre) {
  const SafetensorsHeader header = parse_safetensors_header(
      "file",
      "{\"__metadata__\":{\"format\":\"pt\"},"
      "\"b\":" +
          entry("\"F32\"", "[2,1]", "[2,10]") +
          ",\"a\":" + entry("\"F16\"", "[]", "[0,2]") +
          ",\"none\":" + entry("\"I64\"", "[0,7]", "[2,2]") + "}   ",
      10);
  ASSERT_EQ(header.size(), 3u);
  EXPECT_EQ(header.at("b").shape, (Shape{2, 1}));
  EXPECT_EQ(header.at("b").dtype, "F32");
  EXPECT_EQ(header.at("b").begin, 2u);
  EXPECT_EQ(header.at("b").end, 10u);
  EXPECT_EQ(header.at("a").shape, Shape{});
  EXPECT_EQ(header.at("none").shape, (Shape{0, 7}));
  EXPECT_TRUE(parse_safetensors_header("file", "{}", 0).empty());
}

TEST(SafetensorsHeader, KnownDtypesHaveTheirSizes) {
  for (const auto& [dtype, bytes_of_four] : std::map<std::string, int>{
           {"F4", 2},      {"F6_E2M3", 3}, {"F6_E3M2", 3}, {"F8_E5M2", 4},
           {"F8_E4M3", 4}, {"F8_E8M0", 4}, {"BOOL", 4},    {"U8", 4},
           {"I8", 4},      {"F16", 8},     {"BF16", 8},    {"U16", 8},
           {"I16", 8},     {"F32", 16},    {"U32", 16},    {"I32", 16},
           {"F64", 32},    {"U64", 32},    {"I64", 32},    {"C64", 32}}) {
    const auto parse = [&](int bytes) {
      parse_safetensors_header(
          "file",
          "{\"a\":" +
              entry('"' + dtype + '"', "[2,2]", fmt::format("[0,{}]", bytes)) +
              "}",
          static_cast<std::uint64_t>(bytes));
    };
    EXPECT_NO_THROW(parse(bytes_of_four)) << dtype;
    expect_refused([&] { parse(bytes_of_four + 1); },
                   {dtype + " [2, 2] takes"});
    expect_refused([&] { parse(bytes_of_four - 1); },
                   {dtype + " [2, 2] takes"});
  }
  expect_no_entry(entry("\"F4\"", "[3]", "[0,2]"), "F4 [3] ends within a byte",
                  2);
}

TEST(SafetensorsHeader, ADtypeOfTomorrowMayHaveAnySize) {
  const auto header = parse_safetensors_header(
      "file", "{\"a\":" + entry("\"F128\"", "[3]", "[0,5]") + "}", 5);
  EXPECT_EQ(header.at("a").dtype, "F128");
}

TEST(SafetensorsHeader, OtherTextIsRefused) {
  expect_no_header("", 0, "header begins with \"\", allowed is {");
  expect_no_header(" {}", 0, "header begins with \" \"");
  expect_no_header("[]", 0, "header begins with \"[\"");
  expect_no_header("{", 0, "header: byte 2: no JSON");
  expect_no_header("{}x", 0, "header: byte 3: no JSON goes on with \"{}x\"");
  expect_no_header("{\"a\":[[{}]]}", 0, "header: objects and lists 4 deep");
  expect_no_header("{\"a\":" + std::string(90'000'000, '['), 0,
                   "4 deep, allowed are 3");
  expect_no_header(std::string(100'000'001, '{'), 0,
                   "header of 100000001 bytes, allowed are 100000000");
  const std::string a = "\"a\":" + entry("\"U8\"", "[1]", "[0,1]");
  expect_no_header("{" + a + "," + a + "}", 1, "\"a\" stands twice");
}

TEST(SafetensorsHeader, MetadataMayBeNull) {
  const SafetensorsHeader header = parse_safetensors_header(
      "file",
      "{\"__metadata__\":null,\"a\":" + entry("\"F32\"", "[1]", "[0,4]") + "}",
      4);
  EXPECT_EQ(header.size(), 1u);
  EXPECT_TRUE(header.contains("a"));
}

TEST(SafetensorsHeader, OtherMetadataIsRefused) {
  for (const std::string other : {"7", "true", "[]", "0.5"}) {
    expect_no_header(
        "{\"__metadata__\":" + other + "}", 0,
        "__metadata__ \"" + other + "\", allowed are an object and null");
  }
  expect_no_header(R"({"__metadata__":{"a":null}})", 0,
                   "__metadata__ \"a\": \"null\", allowed is a string");
  expect_no_header(R"({"__metadata__":{"a":1}})", 0,
                   "__metadata__ \"a\": \"1\", allowed is a string");
}

TEST(SafetensorsHeader, OtherEntriesAreRefused) {
  expect_no_entry("7", "\"7\" found, allowed is an object");
  expect_no_entry("{}", "has no dtype");
  expect_no_entry(R"({"dtype":"F32","shape":[1]})", "has no data_offsets");
  expect_no_entry(R"({"dtype":"F32","data_offsets":[0,4]})", "has no shape");
  expect_no_entry(R"({"stride":1})", "unknown key \"stride\"; known are dtype");
  expect_no_entry(entry("7", "[1]", "[0,4]"),
                  "dtype \"7\", allowed is a string");
  expect_no_entry(entry("\"F32\"", "1", "[0,4]"),
                  "shape \"1\", allowed is a list");
  expect_no_entry(entry("\"F32\"", "[1]", "{}"),
                  "data_offsets \"{}\", allowed");
  expect_no_entry(entry("\"F32\"", "[1]", "[0]"),
                  "1 data_offsets, allowed are 2");
  expect_no_entry(entry("\"F32\"", "[1]", "[0,4,4]"), "3 data_offsets");
  for (const std::string number :
       {"-1", "1.0", "1e0", "18446744073709551616", "null", "\"1\"", "true"}) {
    expect_no_entry(entry("\"F32\"", "[" + number + "]", "[0,4]"), "shape \"[");
    expect_no_entry(entry("\"F32\"", "[1]", "[0," + number + "]"),
                    "data_offsets \"[0,");
  }
  std::string axes = "[1";
  for (int i = 0; i < 32; ++i) axes += ",1";
  expect_no_entry(entry("\"F32\"", axes + "]", "[0,4]"),
                  "33 axes, allowed are 32");
}

TEST(SafetensorsHeader, ShapesThatOverflowAreRefused) {
  // 2^62 · 4 bytes are 2^64, which is 0 without a check.
  for (const std::string shape :
       {"[4611686018427387904]", "[4294967296,4294967296]",
        "[18446744073709551615]", "[4294967296,0,4294967296]"}) {
    expect_refused(
        [&] {
          parse_safetensors_header(
              "file", "{\"a\":" + entry("\"F32\"", shape, "[0,0]") + "}", 0);
        },
        {"file: tensor \"a\": shape [", "more than 2^64 bits"});
  }
  expect_no_entry(entry("\"F99\"", "[4294967296,4294967296]", "[0,0]"),
                  "shape [4294967296, 4294967296] is more than 2^64 bits", 0);
  expect_no_entry(entry("\"F32\"", "[36028797018963968]", "[0,4]"),
                  "F32 [36028797018963968] takes 144115188075855872 bytes, its "
                  "data_offsets span 4");
}

TEST(SafetensorsHeader, DataThatIsNotThereIsRefused) {
  expect_no_entry(entry("\"F32\"", "[1]", "[0,4]"),
                  "data_offsets [0, 4], allowed are 0 to 3, in order", 3);
  expect_no_entry(entry("\"F32\"", "[1]", "[4,0]"), "data_offsets [4, 0]");
  expect_no_entry(
      entry("\"F32\"", "[1]", "[18446744073709551612,18446744073709551615]"),
      "data_offsets [184467");
}

TEST(SafetensorsHeader, HolesAndOverlapsAreRefused) {
  const auto expect_no_tiling = [](const std::string& a, const std::string& b,
                                   const std::string& part) {
    expect_no_header("{\"a\":" + entry("\"U8\"", "[4]", a) +
                         ",\"b\":" + entry("\"U8\"", "[4]", b) + "}",
                     9, part);
  };
  expect_no_tiling("[0,4]", "[5,9]",
                   "tensor \"b\": data begins at byte 5, allowed is 4: there "
                   "is a hole");
  expect_no_tiling("[5,9]", "[1,5]", "tensor \"b\": data begins at byte 1");
  expect_no_tiling("[0,4]", "[3,7]", "allowed is 4: tensors overlap");
  expect_no_tiling("[0,4]", "[0,4]", "tensors overlap");
  expect_no_tiling("[0,4]", "[4,8]", "tensors end at byte 8 of 9 of the data");
  expect_no_header("{}", 9, "tensors end at byte 0 of 9");
}

TEST(SafetensorsHeader, NamesAreShownSafely) {
  expect_no_header("{\"\\u001b[31m\\n" + std::string(500, 'n') + "\":7}", 0,
                   "tensor \"\\x1b[31m\\x0annn");
}

}  // namespace
}  // namespace suite
