#include "support/formats/npy.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <limits>

#include "support/formats/testing.h"

namespace suite {
namespace {

using Shape = std::vector<std::size_t>;

std::string numpys(const std::string& name) {
  return "support/formats/testdata/" + name + ".npy";
}

template <class T>
std::vector<T> values(const NpyArray& array) {
  const auto all = array.as<T>();
  return {all.begin(), all.end()};
}

TEST(ReadNpy, TakesWhatNumPyWrote) {
  const NpyArray float32 = read_npy(numpys("float32"));
  EXPECT_EQ(float32.shape, (Shape{2, 3}));
  EXPECT_EQ(values<float>(float32),
            (std::vector<float>{0, .25f, .5f, .75f, 1, 1.25f}));
  const NpyArray float64 = read_npy(numpys("float64"));  // version 2
  EXPECT_EQ(float64.shape, Shape{2});
  EXPECT_EQ(values<double>(float64), (std::vector<double>{0, 1.0 / 3}));
  const NpyArray int64 = read_npy(numpys("int64"));  // version 3
  EXPECT_EQ(int64.shape, Shape{});
  EXPECT_EQ(values<std::int64_t>(int64), std::vector<std::int64_t>{-7});
  const NpyArray int32 = read_npy(numpys("int32"));
  EXPECT_EQ(int32.shape, (Shape{0, 4}));
  EXPECT_TRUE(int32.as<std::int32_t>().empty());
  EXPECT_EQ(values<std::uint8_t>(read_npy(numpys("uint8"))),
            (std::vector<std::uint8_t>{0, 255}));
  const NpyArray boolean = read_npy(numpys("bool"));
  EXPECT_EQ(boolean.shape, (Shape{2, 1}));
  EXPECT_EQ(values<bool>(boolean), (std::vector<bool>{true, false}));
}

TEST(ReadNpy, ValuesComeAsWhatTheyAre) {
  const NpyArray array = read_npy(numpys("float32"));
  expect_refused([&] { array.as<std::int64_t>(); },
                 {numpys("float32") + ": int64 expected, found float32"});
  expect_refused([&] { array.as<double>(); },
                 {"float64 expected, found float32"});
  expect_refused([&] { read_npy(numpys("bool")).as<std::uint8_t>(); },
                 {"uint8 expected, found bool"});
}

TEST(WriteNpy, WritesEveryByteAsNumPyDoes) {
  const TestFolder folder;
  const std::vector<float> quarters = {0, .25f, .5f, .75f, 1, 1.25f};
  write_npy(folder.path("a"), {2, 3}, quarters);
  EXPECT_EQ(content_of(folder.path("a")), content_of(numpys("float32")));
}

TEST(WriteNpy, IsReadBackAtAnyRank) {
  const TestFolder folder;
  const std::string path = folder.path("a.npy");
  for (const Shape& shape :
       {Shape{}, Shape{5}, Shape{0}, Shape{2, 3, 1, 4}, Shape(32, 1)}) {
    std::size_t size = 1;
    for (const std::size_t extent : shape) size *= extent;
    std::vector<float> written(size, std::numeric_limits<float>::denorm_min());
    write_npy(path, shape, written);
    const NpyArray array = read_npy(path);
    EXPECT_EQ(array.shape, shape);
    EXPECT_EQ(values<float>(array), written);
    EXPECT_EQ(std::filesystem::file_size(path),
              size * 4 + (shape.size() == 32 ? 192 : 128));
  }
}

TEST(WriteNpy, LosesNothingThatWasThere) {
  const TestFolder folder;
  const std::string path = folder.write("a.npy", "old");
  const std::vector<float> three(3);
  expect_refused([&] { write_npy(path, {2}, three); },
                 {path + ": 3 values for shape (2)"});
  expect_refused(
      [&] {
        write_npy(path, {1ull << 62, 4, 0}, {});
      },
      {path, "more than 2^64 bytes"});
  expect_refused([&] { write_npy("/dev/full", {3}, three); },
                 {"cannot write /dev/full"});
  EXPECT_EQ(content_of(path), "old");
}

}  // namespace
}  // namespace suite
