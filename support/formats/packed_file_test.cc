#include "support/formats/packed_file.h"

#include <gtest/gtest.h>

#include "support/formats/packing.h"
#include "support/formats/testing.h"

namespace suite {
namespace {

TEST(PackedFile, IsReadAsThePlainOne) {
  const TestFolder folder;
  const std::string text = "a,b\n1,\"two\n\"\n";
  const std::string plain = folder.write("plain.csv", text);
  const std::string other = folder.path("other.csv");
  folder.write("other.csv.gz", packed(text));
  EXPECT_EQ(plain_or_packed(plain), plain);
  EXPECT_EQ(plain_or_packed(other), other + ".gz");
  EXPECT_EQ(read_plain_or_packed(plain), text);
  EXPECT_EQ(read_plain_or_packed(other), text);
}

TEST(PackedFile, IsRefusedByItsOwnName) {
  const TestFolder folder;
  const std::string path = folder.path("table.csv");
  const auto read = [&] { read_plain_or_packed(path); };
  expect_refused(read, {"table.csv: No such file"});
  folder.write("table.csv.gz", packed("text").substr(0, 9));
  expect_refused(read, {"table.csv.gz: ends at byte 9"});
  folder.write("table.csv", "text");
  expect_refused(read, {"table.csv.gz are both there"});
}

}  // namespace
}  // namespace suite
