#include "support/formats/safetensors_header.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>

#include "support/check.h"
#include "support/formats/shown.h"
#include "support/formats/untrusted_json.h"

namespace suite {
namespace {

using nlohmann::json;

constexpr JsonLimits kLimits = {.depth = 3, .values = 1'000'000};
constexpr std::size_t kMostAxes = 32;

// Of one value; nothing for a dtype that is not known.
std::optional<std::uint64_t> bits_of(const std::string& dtype) {
  static const std::map<std::string, std::uint64_t> bits = {
      {"F4", 4},      {"F6_E2M3", 6}, {"F6_E3M2", 6}, {"F8_E5M2", 8},
      {"F8_E4M3", 8}, {"F8_E8M0", 8}, {"BOOL", 8},    {"U8", 8},
      {"I8", 8},      {"F16", 16},    {"BF16", 16},   {"U16", 16},
      {"I16", 16},    {"F32", 32},    {"U32", 32},    {"I32", 32},
      {"F64", 64},    {"U64", 64},    {"I64", 64},    {"C64", 64},
  };
  const auto found = bits.find(dtype);
  if (found == bits.end()) return std::nullopt;
  return found->second;
}

// One tensor's entry; `where` names the file and the tensor.
class EntryReader {
 public:
  EntryReader(const std::string& where, const json& entry)
      : where_(where), entry_(entry) {}

  SafetensorsEntry read() const {
    require(entry_.is_object(), "{}: {} found, allowed is an object", where_,
            shown(entry_.dump()));
    for (const auto& [key, value] : entry_.items()) {
      require(key == "dtype" || key == "shape" || key == "data_offsets",
              "{}: unknown key {}; known are dtype, shape, data_offsets",
              where_, shown(key));
    }
    SafetensorsEntry entry;
    const json& dtype = field("dtype");
    require(dtype.is_string(), "{}: dtype {}, allowed is a string", where_,
            shown(dtype.dump()));
    entry.dtype = dtype.get<std::string>();
    entry.shape = whole_numbers<std::size_t>("shape");
    require(entry.shape.size() <= kMostAxes, "{}: {} axes, allowed are {}",
            where_, entry.shape.size(), kMostAxes);
    const auto offsets = whole_numbers<std::uint64_t>("data_offsets");
    require(offsets.size() == 2, "{}: {} data_offsets, allowed are 2", where_,
            offsets.size());
    entry.begin = offsets[0];
    entry.end = offsets[1];
    return entry;
  }

  void check_size(const SafetensorsEntry& entry,
                  std::uint64_t data_bytes) const {
    require(entry.begin <= entry.end && entry.end <= data_bytes,
            "{}: data_offsets [{}, {}], allowed are 0 to {}, in order", where_,
            entry.begin, entry.end, data_bytes);
    const auto bits = bits_of(entry.dtype);
    const std::uint64_t needed = bits_needed(entry.shape, bits.value_or(1));
    if (!bits) return;
    require(needed % 8 == 0, "{}: {} {} ends within a byte", where_,
            entry.dtype, shape_text(entry.shape));
    require(needed / 8 == entry.end - entry.begin,
            "{}: {} {} takes {} bytes, its data_offsets span {}", where_,
            entry.dtype, shape_text(entry.shape), needed / 8,
            entry.end - entry.begin);
  }

 private:
  const json& field(const char* key) const {
    const auto found = entry_.find(key);
    require(found != entry_.end(), "{}: has no {}", where_, key);
    return *found;
  }

  template <class T>
  std::vector<T> whole_numbers(const char* key) const {
    const json& list = field(key);
    require(list.is_array(), "{}: {} {}, allowed is a list", where_, key,
            shown(list.dump()));
    std::vector<T> numbers;
    for (const json& number : list) {
      require(number.is_number_unsigned(),
              "{}: {} {}, allowed are whole numbers from 0 to {}", where_, key,
              shown(list.dump()), std::numeric_limits<T>::max());
      numbers.push_back(number.get<T>());
    }
    return numbers;
  }

  // A zero must not hide that the others overflow: strides are computed too.
  std::uint64_t bits_needed(const std::vector<std::size_t>& shape,
                            std::uint64_t bits) const {
    bool empty = false;
    for (const std::size_t extent : shape) {
      empty = empty || extent == 0;
      require(extent == 0 ||
                  bits <= std::numeric_limits<std::uint64_t>::max() / extent,
              "{}: shape {} is more than 2^64 bits", where_, shape_text(shape));
      if (extent != 0) bits *= extent;
    }
    return empty ? 0 : bits;
  }

  const std::string& where_;
  const json& entry_;
};

// null is no metadata: the format's own reader takes it so.
void check_metadata(const std::string& where, const json& metadata) {
  if (metadata.is_null()) return;
  require(metadata.is_object(),
          "{}: __metadata__ {}, allowed are an object and null", where,
          shown(metadata.dump()));
  for (const auto& [key, value] : metadata.items()) {
    require(value.is_string(), "{}: __metadata__ {}: {}, allowed is a string",
            where, shown(key), shown(value.dump()));
  }
}

// Every byte of the data belongs to one tensor.
void check_tiling(const std::string& where, const SafetensorsHeader& header,
                  std::uint64_t data_bytes) {
  using Item = SafetensorsHeader::value_type;
  std::vector<const Item*> items;
  for (const Item& item : header) items.push_back(&item);
  std::sort(items.begin(), items.end(), [](const Item* a, const Item* b) {
    return std::pair(a->second.begin, a->second.end) <
           std::pair(b->second.begin, b->second.end);
  });
  std::uint64_t end = 0;
  for (const Item* item : items) {
    require(item->second.begin == end,
            "{}: tensor {}: data begins at byte {}, allowed is {}: {}", where,
            shown(item->first), item->second.begin, end,
            item->second.begin < end ? "tensors overlap" : "there is a hole");
    end = item->second.end;
  }
  require(end == data_bytes, "{}: tensors end at byte {} of {} of the data",
          where, end, data_bytes);
}

}  // namespace

std::string shape_text(const std::vector<std::size_t>& shape) {
  return fmt::format("[{}]", fmt::join(shape, ", "));
}

SafetensorsHeader parse_safetensors_header(const std::string& where,
                                           std::string_view text,
                                           std::uint64_t data_bytes) {
  require(text.size() <= kMostHeaderBytes,
          "{}: header of {} bytes, allowed are {}", where, text.size(),
          kMostHeaderBytes);
  require(text.starts_with('{'), "{}: header begins with {}, allowed is {{",
          where, shown(text.substr(0, 1)));
  const json tensors = parse_untrusted_json(where + ": header", text, kLimits);
  SafetensorsHeader header;
  for (const auto& [name, value] : tensors.items()) {
    if (name == "__metadata__") {
      check_metadata(where, value);
      continue;
    }
    const std::string tensor = where + ": tensor " + shown(name);
    const EntryReader reader(tensor, value);
    SafetensorsEntry entry = reader.read();
    reader.check_size(entry, data_bytes);
    header.emplace(name, std::move(entry));
  }
  check_tiling(where, header, data_bytes);
  return header;
}

}  // namespace suite
