#include "pretrained/inputs/text.h"

#include <gtest/gtest.h>

#include <sstream>
#include <vector>

#include "pretrained/inputs/printable.h"
#include "pretrained/inputs/testing.h"

namespace suite {
namespace {

using Ids = std::vector<std::int64_t>;

const std::string kTestdata = "pretrained/inputs/testdata/";

std::string from_hexadecimal(const std::string& digits) {
  std::string bytes;
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16));
  }
  return bytes;
}

Ids numbers(const std::string& text) {
  std::istringstream in(text);
  return {std::istream_iterator<std::int64_t>(in), {}};
}

std::vector<std::vector<std::string>> fields_of(const std::string& file) {
  std::vector<std::vector<std::string>> lines;
  std::istringstream in(file_bytes(kTestdata + file, 1 << 20));
  for (std::string line, field; std::getline(in, line);) {
    lines.emplace_back();
    std::istringstream fields(line);
    while (std::getline(fields, field, '|')) lines.back().push_back(field);
  }
  return lines;
}

Ids ids_of(const TokenText& text) {
  return {text.ids.begin(),
          text.ids.begin() + static_cast<std::ptrdiff_t>(text.length)};
}

TEST(Text, HasTheIdsAndTheMaskOfHuggingFace) {
  const auto lines = fields_of("token_ids.txt");
  ASSERT_EQ(lines.size(), 16u);
  for (const auto& line : lines) {
    const Ids ids = numbers(line[1]), mask = numbers(line[2]);
    const TokenText made = tokenize(from_hexadecimal(line[0]), ids.size());
    EXPECT_EQ(Ids(made.ids.begin(), made.ids.end()), ids) << line[0];
    EXPECT_EQ(Ids(made.mask.begin(), made.mask.end()), mask) << line[0];
    EXPECT_EQ(made.mask.shape(), (std::array<std::size_t, 2>{1, ids.size()}));
  }
}

TEST(Text, IsShownAsHuggingFaceShowsIt) {
  const auto lines = fields_of("token_texts.txt");
  ASSERT_EQ(lines.size(), 18u);
  for (const auto& line : lines) {
    EXPECT_EQ(text_of(numbers(line[0])), from_hexadecimal(line[1])) << line[0];
  }
}

TEST(Text, FillsTheModelsLength) {
  const TokenText made = tokenize("Hi");
  EXPECT_EQ(made.ids.shape(), (std::array<std::size_t, 2>{1, 2048}));
  EXPECT_EQ(made.length, 4u);
  EXPECT_EQ(made.ids(0, 2047), token::pad);
  EXPECT_EQ(made.mask(0, 2047), 0);
}

TEST(Text, HasNoEndsIfNoneAreWanted) {
  EXPECT_EQ(ids_of(tokenize("Hi", 8, TextEnds::none)), (Ids{78, 111}));
  EXPECT_EQ(tokenize("", 8, TextEnds::none).length, 0u);
}

TEST(Text, GoesThereAndBack) {
  std::string every_byte;
  for (int b = 0; b < 256; ++b) every_byte += static_cast<char>(b);
  const Ids ids = ids_of(tokenize(every_byte, 256, TextEnds::none));
  for (std::size_t b = 0; b < 256; ++b) {
    EXPECT_EQ(ids[b], static_cast<std::int64_t>(b) + 6);
  }
  const std::string text = "Grüße an [MASK][MASK] und 東京\n";
  EXPECT_EQ(text_of(ids_of(tokenize(text, 64, TextEnds::none))), text);
}

TEST(Text, ThatIsTooLongIsRefusedWithBothNumbers) {
  EXPECT_EQ(tokenize("123456", 8).length, 8u);
  EXPECT_EQ(error_of([] { tokenize("1234567", 8); }),
            "the text has 9 tokens, [CLS] and [SEP] included, the model takes "
            "8");
  EXPECT_EQ(error_of([] { tokenize("123[MASK]", 3, TextEnds::none); }),
            "the text has 4 tokens, the model takes 3");
}

TEST(Text, IsReadFromAFileAsItIs) {
  const std::string path = written("text.txt", "a[MASK]\r\n");
  EXPECT_EQ(ids_of(read_text(path)), (Ids{4, 103, 3, 19, 16, 5}));
  EXPECT_EQ(error_of([&] { read_text(path, 4); }),
            path +
                ": the text has 6 tokens, [CLS] and [SEP] included, the "
                "model takes 4");
  EXPECT_EQ(error_of([] { read_text("nowhere.txt"); }),
            "cannot read nowhere.txt: No such file or directory");
  const std::string empty = written("empty.txt", "");
  EXPECT_EQ(error_of([&] { read_text(empty); }), empty + ": is empty");
  const std::string folder = empty_folder("text_folder");
  EXPECT_EQ(error_of([&] { read_text(folder); }),
            "cannot read " + folder + ": it is a folder");
}

TEST(Text, OfIdsThatAreNoneIsRefused) {
  EXPECT_EQ(error_of([] {
              text_of(Ids{4, 262});
            }),
            "token 1 is 262, allowed are 0 to 261");
  EXPECT_EQ(error_of([] { text_of(Ids{-1}); }),
            "token 0 is -1, allowed are 0 to 261");
}

TEST(Printable, LeavesNothingThatATerminalObeys) {
  EXPECT_EQ(printable("\x1b[2J\r\x7f\xc2\x9b\n\t"),
            "\\x1b[2J\\x0d\\x7f\\x9b\n\t");
  EXPECT_EQ(printable(std::string_view("\0", 1)), "\\x00");
}

TEST(Printable, LeavesTheFirstAndLastCharactersOfEachLength) {
  for (const char* text :
       {"\x20", "\x7e", "\xc2\xa0", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf",
        "\xee\x80\x80", "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf1\x80\x80\x80",
        "\xf4\x8f\xbf\xbf"}) {
    EXPECT_EQ(printable(text), text);
  }
}

}  // namespace
}  // namespace suite
