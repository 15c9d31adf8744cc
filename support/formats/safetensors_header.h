// What a safetensors file says about its tensors, and nothing of it believed.
// The format: 8 bytes, little-endian, the length of a JSON header; the header,
// {name: {dtype, shape, data_offsets}, "__metadata__": {text: text} or null};
// the data.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace suite {

struct SafetensorsEntry {
  std::string dtype;  // "F32"; may be one that is not known
  std::vector<std::size_t> shape;
  std::uint64_t begin = 0;  // in bytes, from the start of the data
  std::uint64_t end = 0;
};

using SafetensorsHeader = std::map<std::string, SafetensorsEntry>;

inline constexpr std::uint64_t kMostHeaderBytes = 100'000'000;

// Throws Error, one line that begins with `where`, unless `header` is JSON of
// that form whose tensors fill `data_bytes` bytes without gap or overlap, each
// as large as its shape and dtype say. A dtype that is not known may have any
// size. What it allocates is bounded by the header's size.
SafetensorsHeader parse_safetensors_header(const std::string& where,
                                           std::string_view header,
                                           std::uint64_t data_bytes);

// "[2, 3]".
std::string shape_text(const std::vector<std::size_t>& shape);

}  // namespace suite
