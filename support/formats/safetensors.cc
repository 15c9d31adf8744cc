#include "support/formats/safetensors.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "support/formats/half.h"
#include "support/formats/shown.h"
#include "support/check.h"

namespace suite {
namespace {

static_assert(std::endian::native == std::endian::little,
              "safetensors files are little-endian");

constexpr std::uint64_t kLengthBytes = 8;
constexpr std::size_t kBufferBytes = std::size_t{64} << 10;

struct F16 {
  std::uint16_t bits;
  operator float() const { return float_of_f16(bits); }
};
struct BF16 {
  std::uint16_t bits;
  operator float() const { return float_of_bf16(bits); }
};

// The stored values from byte `begin` on, to T.
template <class Stored, class T>
void convert(const ByteSource& source, std::uint64_t begin, std::span<T> to) {
  if constexpr (std::is_same_v<Stored, T>) {
    source.read(begin, std::as_writable_bytes(to));
  } else {
    std::vector<Stored> buffer(
        std::min(kBufferBytes / sizeof(Stored), to.size()));
    while (!to.empty()) {
      const std::size_t count = std::min(buffer.size(), to.size());
      source.read(begin,
                  std::as_writable_bytes(std::span(buffer).first(count)));
      for (std::size_t i = 0; i < count; ++i) to[i] = static_cast<T>(buffer[i]);
      begin += count * sizeof(Stored);
      to = to.subspan(count);
    }
  }
}

// Of the dtypes that read() knows, else 0.
std::size_t float_bytes(const std::string& dtype) {
  if (dtype == "F16" || dtype == "BF16") return 2;
  if (dtype == "F32") return 4;
  if (dtype == "F64") return 8;
  return 0;
}

SafetensorsHeader read_header(const ByteSource& source) {
  const std::string& where = source.name();
  require(source.size() >= kLengthBytes,
          "{}: {} bytes, a safetensors file has {} or more", where,
          source.size(), kLengthBytes);
  std::uint64_t length = 0;
  source.read(0, std::as_writable_bytes(std::span(&length, 1)));
  const std::uint64_t rest = source.size() - kLengthBytes;
  require(length <= std::min(kMostHeaderBytes, rest),
          "{}: header of {} bytes, allowed are {} in a file of {}", where,
          length, std::min(kMostHeaderBytes, rest), source.size());
  std::string text(length, '\0');
  source.read(kLengthBytes, std::as_writable_bytes(std::span(text)));
  return parse_safetensors_header(where, text, rest - length);
}

}  // namespace

Safetensors::Safetensors(const std::string& path)
    : Safetensors(open_bytes(path)) {}

Safetensors::Safetensors(std::unique_ptr<const ByteSource> source)
    : source_(std::move(source)), header_(read_header(*source_)) {
  std::uint64_t data_bytes = 0;
  for (const auto& [name, entry] : header_) {
    data_bytes = std::max(data_bytes, entry.end);
  }
  data_begin_ = source_->size() - data_bytes;  // they fill the data
}

std::vector<std::string> Safetensors::names() const {
  std::vector<std::string> names;
  for (const auto& [name, entry] : header_) names.push_back(name);
  return names;
}

bool Safetensors::contains(const std::string& name) const {
  return header_.contains(name);
}

const SafetensorsEntry& Safetensors::entry(const std::string& name) const {
  const auto found = header_.find(name);
  require(found != header_.end(), "{}: has no tensor {}", source_->name(),
          shown(name));
  return found->second;
}

const std::vector<std::size_t>& Safetensors::shape(
    const std::string& name) const {
  return entry(name).shape;
}

const std::string& Safetensors::dtype(const std::string& name) const {
  return entry(name).dtype;
}

bool Safetensors::is_readable(const std::string& name) const {
  return float_bytes(dtype(name)) != 0;
}

template <class T>
void Safetensors::read_range(const std::string& name, std::size_t first,
                             std::span<T> to) const {
  const SafetensorsEntry& found = entry(name);
  const std::size_t bytes = float_bytes(found.dtype);
  require(bytes != 0,
          "{}: tensor {}: dtype {}, readable are F16, BF16, F32, F64",
          source_->name(), shown(name), shown(found.dtype));
  const std::uint64_t values = (found.end - found.begin) / bytes;
  require(first <= values && to.size() <= values - first,
          "{}: tensor {}: {} values from {} on wanted, {} has {}",
          source_->name(), shown(name), to.size(), first,
          shape_text(found.shape), values);
  const std::uint64_t begin = data_begin_ + found.begin + first * bytes;
  if (found.dtype == "F16") {
    convert<F16>(*source_, begin, to);
  } else if (found.dtype == "BF16") {
    convert<BF16>(*source_, begin, to);
  } else if (found.dtype == "F32") {
    convert<float>(*source_, begin, to);
  } else {
    convert<double>(*source_, begin, to);
  }
}

template <class T>
void Safetensors::read(const std::string& name, std::span<T> to) const {
  std::uint64_t values = 1;
  for (const std::size_t extent : shape(name)) values *= extent;
  require(to.size() == values, "{}: tensor {}: {} values wanted, {} has {}",
          source_->name(), shown(name), to.size(), shape_text(shape(name)),
          values);
  read_range(name, 0, to);
}

template void Safetensors::read_range(const std::string&, std::size_t,
                                      std::span<float>) const;
template void Safetensors::read_range(const std::string&, std::size_t,
                                      std::span<double>) const;
template void Safetensors::read(const std::string&, std::span<float>) const;
template void Safetensors::read(const std::string&, std::span<double>) const;

}  // namespace suite
