// Any bytes are a safetensors file, or are refused in one line. They are taken
// twice: as the file, and as the header of a file whose data has the size that
// the first byte says, since a length that fits its header is hard to guess.
#include <cstdlib>
#include <cstring>
#include <string>

#include "support/formats/safetensors.h"
#include "support/formats/fuzzing.h"

namespace suite {
namespace {

// Also of a shape with a zero: no product of extents may wrap round.
std::size_t product(const std::vector<std::size_t>& shape) {
  std::size_t most = 1;
  bool empty = false;
  for (const std::size_t extent : shape) {
    empty = empty || extent == 0;
    const std::size_t factor = extent == 0 ? 1 : extent;
    if (__builtin_mul_overflow(most, factor, &most)) std::abort();
  }
  return empty ? 0 : most;
}

// Tensors that are taken share out the data.
void take_header(std::string_view header, std::uint64_t data_bytes) {
  refused_in_one_line([&] {
    std::uint64_t rest = data_bytes;
    for (const auto& [name, entry] :
         parse_safetensors_header("fuzz", header, data_bytes)) {
      if (entry.end > data_bytes || entry.begin > entry.end) std::abort();
      if (entry.end - entry.begin > rest) std::abort();
      rest -= entry.end - entry.begin;
      product(entry.shape);
    }
    if (rest != 0) std::abort();
  });
}

template <class T>
void read_all(const Safetensors& file, const std::string& name) {
  std::vector<T> to(product(file.shape(name)));
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
  suite::take_header({reinterpret_cast<const char*>(data) + 1, size - 1},
                     data[0]);
  const std::uint64_t length = size - 1;
  std::vector<std::byte> file(8 + length + data[0]);
  std::memcpy(file.data(), &length, 8);
  std::memcpy(file.data() + 8, data + 1, length);
  suite::take_file(file);
  return 0;
}
