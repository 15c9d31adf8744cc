// Any bytes are a .npy file, or are refused in one line; and what is taken has
// as many values as its shape says. They are taken twice: as the file, and as
// the header of a file of version 1, 2 or 3 with as much data as the first byte
// says, since a length that fits its header is hard to guess.
#include <algorithm>
#include <cstring>

#include "support/formats/fuzzing.h"
#include "support/formats/npy.h"

namespace suite {
namespace {

template <class T>
std::size_t values(const NpyArray& array) {
  std::size_t count = 0;
  refused_in_one_line([&] { count = array.as<T>().size(); });
  return count;
}

void take_file(std::span<const std::byte> bytes) {
  refused_in_one_line([&] {
    const NpyArray array = read_npy(*bytes_in_memory("fuzz", bytes));
    std::size_t expected = 1;
    for (const std::size_t extent : array.shape) expected *= extent;
    // Of all types but that of the array there are none.
    const std::size_t found = values<float>(array) + values<double>(array) +
                              values<std::int64_t>(array) +
                              values<std::int32_t>(array) +
                              values<std::uint8_t>(array) + values<bool>(array);
    if (found != expected || array.bytes.size() > bytes.size()) std::abort();
  });
}

}  // namespace
}  // namespace suite

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  suite::take_file(std::as_bytes(std::span(data, size)));
  if (size == 0 || size > 65536) return 0;
  const std::size_t version = 1 + data[0] % 3;
  const std::size_t length = size - 1;
  const std::size_t begin = version == 1 ? 10 : 12;
  std::vector<std::uint8_t> file(begin + length + data[0]);
  std::memcpy(file.data(), "\x93NUMPY", 6);
  file[6] = static_cast<std::uint8_t>(version);
  file[8] = static_cast<std::uint8_t>(length);
  file[9] = static_cast<std::uint8_t>(length >> 8);
  std::copy_n(data + 1, length, file.begin() + static_cast<long>(begin));
  suite::take_file(std::as_bytes(std::span(file)));
  return 0;
}
