#include "training/tasks/pictures/idx.h"

#include <gtest/gtest.h>

#include "training/tasks/testing.h"

namespace suite {
namespace {

using std::string_literals::operator""s;

const std::vector<std::string> kClasses = {"A", "B"};

TEST(Idx, HasExtentsAndBytes) {
  const Idx idx = parse_idx("some", "\0\0\x08\2\0\0\0\2\0\0\0\3abcdef"s, 2);
  EXPECT_EQ(idx.extents, (std::vector<std::size_t>{2, 3}));
  EXPECT_EQ(idx.bytes, "abcdef");
  EXPECT_EQ(parse_idx("some", "\0\0\x08\1\0\0\1\0"s + std::string(256, 'x'), 1)
                .bytes.size(),
            256u);
}

TEST(Idx, AnotherFormatIsRefused) {
  const auto refused = [](const std::string& content, const char* part) {
    expect_refused([&] { parse_idx("some", content, 1); }, {"some: ", part});
  };
  for (const std::string& start :
       {""s, "\0\0"s, "\0\0\x08\2\0\0\0\0\0\0\0\0"s, "\0\0\x0d\1\0\0\0\0"s}) {
    refused(start, "no idx file of unsigned bytes with 1 axes");
  }
  refused("\0\0\x08\1\0\0\0"s, "ends within its 1 extents");
  refused("\0\0\x08\1\0\0\0\3ab"s,
          "2 bytes follow its header, its extents 3 need 3");
  refused("\0\0\x08\1\0\0\0\3abcd"s, "4 bytes follow its header");
  expect_refused(
      [] {
        parse_idx("some",
                  "\0\0\x08\3\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"s,
                  3);
      },
      {"some: extents 4294967295 are of more than 67108864 bytes"});
}

class LabelledFiles : public testing::Test {
 protected:
  void read(const std::string& pictures, const std::string& labels) {
    write_packed(folder_, "pictures.gz", pictures);
    write_packed(folder_, "labels.gz", labels);
    read_ = read_pictures(folder_.path("pictures.gz"),
                          folder_.path("labels.gz"), kClasses);
  }
  void refused(const std::string& labels, const std::string& part) {
    expect_refused([&] { read(pictures_, labels); },
                   {folder_.path("labels.gz: "), part});
  }

  TestFolder folder_;
  // Two of 1×2.
  const std::string pictures_ = "\0\0\x08\3\0\0\0\2\0\0\0\1\0\0\0\2abcd"s;
  LabelledPictures read_;
};

TEST_F(LabelledFiles, GoTogether) {
  read(pictures_, "\0\0\x08\1\0\0\0\2\1\0"s);
  EXPECT_EQ(read_.count, 2u);
  EXPECT_EQ(read_.height, 1u);
  EXPECT_EQ(read_.width, 2u);
  EXPECT_EQ(read_.pixels, "abcd");
  EXPECT_EQ(read_.labels, "\1\0"s);
}

TEST_F(LabelledFiles, ThatDoNotFitAreRefused) {
  refused("\0\0\x08\1\0\0\0\3\1\0\1"s, "3 labels for the 2 pictures of ");
  refused("\0\0\x08\1\0\0\0\2\1\2"s,
          "label 2 of picture 1, allowed are 0 to 1");
  refused("\0\0\x08\1\0\0\0\2\1\xff"s, "label 255 of picture 1");
  refused("\0\0\x08\1\0\0\0\2\1\1"s, "no picture of class 0 (A)");
  refused("\0\0\x08\1\0\0\0\2\0\0"s, "no picture of class 1 (B)");
  expect_refused([&] { read("\0\0\x08\1\0\0\0\0"s, ""); },
                 {folder_.path("pictures.gz: no idx file")});
}

}  // namespace
}  // namespace suite
