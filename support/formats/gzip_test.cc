#include "support/formats/gzip.h"

#include <gtest/gtest.h>

#include "support/formats/packing.h"
#include "support/formats/testing.h"

namespace suite {
namespace {

std::string unpacked(const std::string& file, std::uint64_t most = 1 << 20) {
  return read_gzip(*bytes_in_memory("some.gz", std::as_bytes(std::span(file))),
                   most);
}

void expect_no_gzip(const std::string& file, const std::string& part,
                    std::uint64_t most = 1 << 20) {
  expect_refused([&] { unpacked(file, most); }, {"some.gz: ", part});
}

// Bytes that hardly pack.
std::string noise(std::size_t size) {
  std::string text(size, '\0');
  std::uint32_t state = 1;
  for (char& c : text) {
    c = static_cast<char>((state = state * 1664525u + 1013904223u) >> 24);
  }
  return text;
}

TEST(ReadGzip, GivesBackWhatWasPacked) {
  for (const std::size_t size : {0, 1, 65535, 65536, 65537, 300000}) {
    const std::string text = noise(size);
    EXPECT_EQ(unpacked(packed(text)), text) << size;
    const std::string zeros(size, '\0');
    EXPECT_EQ(unpacked(packed(zeros)), zeros) << size;
  }
}

TEST(ReadGzip, TakesNoMoreThanIsAllowed) {
  for (const std::uint64_t most : {0u, 1u, 65535u, 65536u, 65537u, 200000u}) {
    EXPECT_EQ(unpacked(packed(noise(most)), most).size(), most);
    expect_no_gzip(packed(std::string(most + 1, 'x')),
                   "more than the " + std::to_string(most) + " bytes", most);
  }
}

TEST(ReadGzip, RefusesWhatIsCut) {
  const std::string whole = packed(noise(1000));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    expect_no_gzip(whole.substr(0, size),
                   "ends at byte " + std::to_string(size));
  }
}

TEST(ReadGzip, RefusesWhatIsDamaged) {
  const std::string whole = packed(std::string(1000, 'x') + noise(1000));
  expect_no_gzip("PK\3\4 zip archive", "incorrect header check");
  // zlib's own header, around nothing.
  expect_no_gzip({"\x78\x9c\3\0\0\0\0\1", 8}, "incorrect header check");
  std::string other = whole;
  other[other.size() - 8] ^= 1;  // the first byte of its checksum
  expect_no_gzip(other, "incorrect data check");
  other = whole;
  other.back() ^= 1;  // of its length
  expect_no_gzip(other, "incorrect length check");
}

TEST(ReadGzip, RefusesWhatFollows) {
  const std::string whole = packed("text");
  expect_no_gzip(whole + "x", "1 bytes follow the end");
  expect_no_gzip(whole + whole,
                 std::to_string(whole.size()) + " bytes follow the end");
  expect_no_gzip(whole + std::string(100000, '\0'), "100000 bytes follow");
}

}  // namespace
}  // namespace suite
