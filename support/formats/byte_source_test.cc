#include "support/formats/byte_source.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <filesystem>

#include "support/formats/shown.h"
#include "support/formats/testing.h"

namespace suite {
namespace {

std::span<const std::byte> bytes(const std::string& text) {
  return std::as_bytes(std::span(text));
}

std::string four_from(const ByteSource& source, std::uint64_t offset) {
  std::string text(4, '\0');
  source.read(offset, std::as_writable_bytes(std::span(text)));
  return text;
}

TEST(ByteSource, FilesAndMemoryAreReadFromAnyPlaceOn) {
  const TestFolder folder;
  const std::string content = "0123456789";
  const std::string path = folder.write("digits", content);
  const auto file = open_bytes(path);
  const auto memory = bytes_in_memory("memory", bytes(content));
  for (const ByteSource* source : {file.get(), memory.get()}) {
    EXPECT_EQ(source->size(), 10u);
    EXPECT_EQ(four_from(*source, 0), "0123");
    EXPECT_EQ(four_from(*source, 6), "6789");
    EXPECT_EQ(source->text(10), content);
    const std::string name = source->name();
    expect_refused([&] { four_from(*source, 7); }, {name, "ends at byte 10"});
    expect_refused([&] { four_from(*source, 11); }, {name, "ends at byte 1"});
    expect_refused([&] { source->text(9); },
                   {name + ": 10 bytes, allowed are 9"});
  }
  expect_refused([&] { four_from(*memory, ~std::uint64_t{0}); }, {"memory"});
}

TEST(ByteSource, AFileThatShrinksIsAnErrorOfTheRead) {
  const TestFolder folder;
  const std::string path = folder.write("digits", "0123456789");
  const auto file = open_bytes(path);
  std::filesystem::resize_file(path, 5);
  EXPECT_EQ(four_from(*file, 1), "1234");
  expect_refused([&] { four_from(*file, 2); },
                 {path + ": ends at byte 5, 1 more were expected"});
}

TEST(ByteSource, WhatIsNoFileIsRefusedAtOnce) {
  const TestFolder folder;
  expect_refused([&] { open_bytes(folder.path("none")); },
                 {"cannot read", folder.path("none"), "No such file"});
  expect_refused([&] { open_bytes(folder.path()); },
                 {"cannot read", folder.path(), "not a file"});
  const std::string pipe = folder.path("pipe");
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  expect_refused([&] { open_bytes(pipe); }, {pipe, "not a file"});
}

TEST(Shown, IsOneShortLineInQuotes) {
  EXPECT_EQ(shown("block0.weight"), "\"block0.weight\"");
  EXPECT_EQ(shown("a\"b\\c"), "\"a\\\"b\\\\c\"");
  EXPECT_EQ(shown("\n\x1b[2J\x7f\xc3\xa9"), "\"\\x0a\\x1b[2J\\x7f\\xc3\\xa9\"");
  EXPECT_EQ(shown(std::string_view("\0", 1)), "\"\\x00\"");
  EXPECT_EQ(shown(std::string(64, 'x')), '"' + std::string(64, 'x') + '"');
  EXPECT_EQ(shown(std::string(65, 'x')), '"' + std::string(64, 'x') + "\"...");
}

}  // namespace
}  // namespace suite
