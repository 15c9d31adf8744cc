// Any bytes are a safetensors file, or are refused in one line. They are taken
// twice: as the file, and as the header of a file whose data has the size that
// the first byte says, since a length that fits its header is hard to guess.
#include <cstdlib>
#include <cstring>
#include <string>

#include "perceiver/checkpoint/safetensors.h"
#include "perceiver/files/fuzzing.h"

namespace suite {
namespace {

template <class T>
void read_all(const Safetensors& file, const std::string& name) {
  std::size_t values = 1;
  for (const std::size_t extent : file.shape(name)) values *= extent;
  std::vector<T> to(values);
  file.read(name, std::span(to));
}

void take_file(std::span<const std::byte> bytes) {
  refused_in_one_line([&] {
    const Safetensors file(bytes_in_memory("fuzz", bytes));
    for (const std::string& name : file.names()) {
      refused_in_one_line([&] {
        if (!file.is_readable(name)) {
          std::vector<float> one(1);
          file.read_range(name, 0, std::span(one));
          std::abort();  // nothing was said
        }
        read_all<float>(file, name);
        read_all<double>(file, name);
      });
    }
  });
}

}  // namespace
}  // namespace suite

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  suite::take_file(bytes);
  if (size == 0) return 0;
  const std::uint64_t length = size - 1;
  std::vector<std::byte> file(8 + length + data[0]);
  std::memcpy(file.data(), &length, 8);
  std::memcpy(file.data() + 8, data + 1, length);
  suite::take_file(file);
  return 0;
}
