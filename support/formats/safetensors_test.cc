#include "support/formats/safetensors.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <filesystem>

#include "support/formats/half.h"
#include "support/formats/safetensors_testing.h"
#include "support/formats/testing.h"

namespace suite {
namespace {

using Shape = std::vector<std::size_t>;

// Written by the safetensors package: testdata/make.py.
constexpr char kFloats[] = "support/formats/testdata/floats.safetensors";

template <class T>
std::vector<T> read(const Safetensors& file, const std::string& name,
                    std::size_t count) {
  std::vector<T> values(count);
  file.read(name, std::span(values));
  return values;
}

TEST(Safetensors, ReadsWhatThePackageWrote) {
  const Safetensors file{std::string(kFloats)};
  EXPECT_EQ(file.names(),
            (std::vector<std::string>{"bf16", "bf16_as_f32", "empty", "f16",
                                      "f16_as_f32", "f32", "f64",
                                      "position_ids", "scalar"}));
  EXPECT_EQ(file.shape("f32"), (Shape{2, 3}));
  EXPECT_EQ(file.shape("scalar"), Shape{});
  EXPECT_EQ(file.shape("empty"), (Shape{0, 4}));
  EXPECT_EQ(file.dtype("bf16"), "BF16");
  EXPECT_TRUE(file.contains("scalar"));
  EXPECT_FALSE(file.contains("__metadata__"));
  EXPECT_EQ(read<float>(file, "scalar", 1)[0], 2.5f);
  EXPECT_TRUE(read<float>(file, "empty", 0).empty());
  const auto f64 = read<double>(file, "f64", 6);
  const auto f64_as_float = read<float>(file, "f64", 6);
  const auto f32 = read<float>(file, "f32", 6);
  const auto f32_as_double = read<double>(file, "f32", 6);
  for (int i = 0; i < 6; ++i) {
    EXPECT_EQ(f64[i], i / 3.0);
    EXPECT_EQ(f64_as_float[i], static_cast<float>(i / 3.0));
    EXPECT_EQ(f32[i], static_cast<float>(i) / 3);
    EXPECT_EQ(f32_as_double[i], static_cast<double>(f32[i]));
  }
}

// Every bit of what NumPy and ml_dtypes made of the same halves.
TEST(Safetensors, WidensHalvesAsThePackagesDo) {
  const Safetensors file{std::string(kFloats)};
  for (const std::string dtype : {"f16", "bf16"}) {
    const auto ours = read<float>(file, dtype, 15);
    const auto theirs = read<float>(file, dtype + "_as_f32", 15);
    const auto wide = read<double>(file, dtype, 15);
    for (std::size_t i = 0; i < ours.size(); ++i) {
      EXPECT_EQ(std::bit_cast<std::uint32_t>(ours[i]),
                std::bit_cast<std::uint32_t>(theirs[i]))
          << dtype << " " << i;
      EXPECT_TRUE(wide[i] == ours[i] || std::isnan(ours[i])) << i;
    }
  }
}

// Longer than the buffer, and cut anywhere.
TEST(Safetensors, RangesAreThoseOfTheWhole) {
  constexpr std::size_t kCount = 100'003;
  std::string data;
  for (std::size_t i = 0; i < kCount; ++i) {
    const auto half = static_cast<std::uint16_t>(i % 31744);
    data.append(reinterpret_cast<const char*>(&half), 2);
  }
  const std::string content = safetensors_file(
      R"({"a":{"dtype":"F16","shape":[100003],"data_offsets":[0,200006]}})",
      data);
  const Safetensors file(
      bytes_in_memory("memory", std::as_bytes(std::span(content))));
  const auto all = read<float>(file, "a", kCount);
  for (std::size_t i = 0; i < kCount; ++i) {
    ASSERT_EQ(all[i], float_of_f16(static_cast<std::uint16_t>(i % 31744))) << i;
  }
  for (const std::size_t first : {0ul, 1ul, 40'000ul, kCount}) {
    std::vector<float> part(std::min<std::size_t>(40'001, kCount - first));
    file.read_range("a", first, std::span(part));
    EXPECT_TRUE(std::equal(part.begin(), part.end(),
                           all.begin() + static_cast<long>(first)));
    part.resize(kCount - first + 1);
    expect_refused([&] { file.read_range("a", first, std::span(part)); },
                   {"memory: tensor \"a\"", "[100003] has 100003"});
  }
}

TEST(Safetensors, ReadsOfWhatIsNotThereAreRefused) {
  const Safetensors file{std::string(kFloats)};
  std::vector<float> three(3);
  expect_refused([&] { file.read("none", std::span(three)); },
                 {kFloats, "has no tensor \"none\""});
  expect_refused([&] { (void)file.shape("none\n"); }, {"\"none\\x0a\""});
  expect_refused([&] { file.read("f32", std::span(three)); },
                 {kFloats, "tensor \"f32\": 3 values wanted, [2, 3] has 6"});
  EXPECT_FALSE(file.is_readable("position_ids"));
  expect_refused([&] { file.read("position_ids", std::span(three)); },
                 {kFloats,
                  "tensor \"position_ids\": dtype \"I64\", readable "
                  "are F16, BF16, F32, F64"});
}

TEST(Safetensors, FilesThatAreCutAnywhereAreRefused) {
  const std::string whole = file_of_scalars({"a", "b"});
  const auto open = [](const std::string& content) {
    Safetensors(bytes_in_memory("cut", std::as_bytes(std::span(content))));
  };
  EXPECT_NO_THROW(open(whole));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    expect_refused([&] { open(whole.substr(0, size)); }, {"cut: "});
  }
  expect_refused([&] { open(whole + "x"); },
                 {"tensors end at byte 8 of 9 of the data"});
  expect_refused([&] { open("1234567"); },
                 {"cut: 7 bytes, a safetensors file has 8 or more"});
  expect_refused([&] { open(std::string(8, '\xff') + "{}"); },
                 {"cut: header of 18446744073709551615 bytes, allowed are 2 in "
                  "a file of 10"});
}

// Nothing is taken for a header that may not be, whatever the file's size.
TEST(Safetensors, AHeaderBeyondTheLimitIsNotRead) {
  const TestFolder folder;
  const std::uint64_t length = std::uint64_t{1} << 39;
  const std::string path = folder.write(
      "huge", {reinterpret_cast<const char*>(&length), sizeof(length)});
  std::filesystem::resize_file(path, std::uintmax_t{1} << 40);  // a hole
  expect_refused([&] { Safetensors{path}; },
                 {path, "header of 549755813888 bytes, allowed are 100000000"});
}

TEST(Safetensors, AFileThatShrinksLaterIsAnErrorOfTheRead) {
  const TestFolder folder;
  const std::string path = folder.write("a", file_of_scalars({"a", "b"}));
  const Safetensors file(path);
  std::filesystem::resize_file(path, std::filesystem::file_size(path) - 4);
  EXPECT_EQ(read<float>(file, "a", 1)[0], 0.f);
  expect_refused([&] { read<float>(file, "b", 1); }, {path, "ends at byte"});
}

}  // namespace
}  // namespace suite
