#include "support/formats/npy.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <type_traits>

#include "support/formats/npy_header.h"
#include "support/formats/shown.h"
#include "support/check.h"
#include "support/files.h"

namespace suite {
namespace {

static_assert(std::endian::native == std::endian::little,
              "values are read and written as they stand in memory");

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::uint64_t kMostHeaderBytes = 64 << 10;
// What stands before the data is a multiple of this, as NumPy writes it.
constexpr std::size_t kAlignment = 64;

struct Kind {
  NpyDtype dtype;
  const char* name;
  std::string_view descr;
  std::size_t bytes;
};
constexpr std::array<Kind, 6> kKinds = {{
    {NpyDtype::float32, "float32", "<f4", 4},
    {NpyDtype::float64, "float64", "<f8", 8},
    {NpyDtype::int64, "int64", "<i8", 8},
    {NpyDtype::int32, "int32", "<i4", 4},
    {NpyDtype::uint8, "uint8", "|u1", 1},
    {NpyDtype::boolean, "bool", "|b1", 1},
}};

const Kind& kind_of(NpyDtype dtype) {
  return *std::find_if(kKinds.begin(), kKinds.end(),
                       [&](const Kind& kind) { return kind.dtype == dtype; });
}

const Kind& kind_of(const std::string& where, const std::string& descr) {
  const auto found =
      std::find_if(kKinds.begin(), kKinds.end(),
                   [&](const Kind& kind) { return kind.descr == descr; });
  require(found != kKinds.end(),
          "{}: dtype {}{}, allowed are little-endian <f4, <f8, <i8, <i4, and "
          "|u1, |b1",
          where, shown(descr), descr.starts_with('>') ? " (big-endian)" : "");
  return *found;
}

template <class T>
constexpr NpyDtype dtype_of() {
  if (std::is_same_v<T, float>) return NpyDtype::float32;
  if (std::is_same_v<T, double>) return NpyDtype::float64;
  if (std::is_same_v<T, std::int64_t>) return NpyDtype::int64;
  if (std::is_same_v<T, std::int32_t>) return NpyDtype::int32;
  if (std::is_same_v<T, std::uint8_t>) return NpyDtype::uint8;
  return NpyDtype::boolean;
}

// A zero must not hide that the others overflow: strides are computed too.
std::uint64_t bytes_needed(const std::string& where,
                           const std::vector<std::size_t>& shape,
                           std::uint64_t value_bytes) {
  std::uint64_t bytes = value_bytes;
  bool empty = false;
  for (const std::size_t extent : shape) {
    empty = empty || extent == 0;
    require(extent == 0 ||
                bytes <= std::numeric_limits<std::uint64_t>::max() / extent,
            "{}: shape ({}) is more than 2^64 bytes", where,
            fmt::join(shape, ", "));
    if (extent != 0) bytes *= extent;
  }
  return empty ? 0 : bytes;
}

struct Preamble {
  std::uint64_t begin = 0;  // of the header
  std::uint64_t length = 0;
};

// Magic, version, and the header's length: of 2 bytes, from version 2 on of 4.
Preamble read_preamble(const ByteSource& source) {
  std::array<unsigned char, 12> start{};
  const std::size_t there =
      std::min<std::uint64_t>(start.size(), source.size());
  source.read(0, std::as_writable_bytes(std::span(start).first(there)));
  require(there >= 10 && std::equal(kMagic.begin(), kMagic.end(), start.begin(),
                                    [](char a, unsigned char b) {
                                      return static_cast<unsigned char>(a) == b;
                                    }),
          "{}: no .npy file: it does not begin with \\x93NUMPY, a version and "
          "a length",
          source.name());
  require(start[6] >= 1 && start[6] <= 3 && start[7] == 0,
          "{}: .npy version {}.{}, allowed are 1.0, 2.0 and 3.0", source.name(),
          start[6], start[7]);
  const std::size_t length_bytes = start[6] == 1 ? 2 : 4;
  Preamble preamble{.begin = 8 + length_bytes};
  for (std::size_t i = length_bytes; i-- > 0;) {
    preamble.length = preamble.length << 8 | start[8 + i];
  }
  require(source.size() >= preamble.begin, "{}: ends within its length",
          source.name());
  const std::uint64_t most =
      std::min(kMostHeaderBytes, source.size() - preamble.begin);
  require(preamble.length <= most,
          "{}: header of {} bytes, allowed are {} in a file of {}",
          source.name(), preamble.length, most, source.size());
  return preamble;
}

// Any other byte as a bool would be undefined behaviour.
void check_booleans(const NpyArray& array) {
  const auto found = std::find_if(array.bytes.begin(), array.bytes.end(),
                                  [](std::byte b) { return b > std::byte{1}; });
  require(found == array.bytes.end(),
          "{}: byte {} of a bool array is {}, "
          "allowed are 0 and 1",
          array.name, found - array.bytes.begin(),
          found == array.bytes.end() ? 0 : std::to_integer<int>(*found));
}

}  // namespace

template <class T>
std::span<const T> NpyArray::as() const {
  require(dtype == dtype_of<T>(), "{}: {} expected, found {}", name,
          kind_of(dtype_of<T>()).name, kind_of(dtype).name);
  return {reinterpret_cast<const T*>(bytes.data()), bytes.size() / sizeof(T)};
}

NpyArray read_npy(const ByteSource& source) {
  const Preamble preamble = read_preamble(source);
  std::string text(preamble.length, '\0');
  source.read(preamble.begin, std::as_writable_bytes(std::span(text)));
  NpyHeader header = parse_npy_header(source.name(), text);
  require(!header.fortran_order,
          "{}: in Fortran order, allowed is C order "
          "(numpy.ascontiguousarray)",
          source.name());
  const Kind& kind = kind_of(source.name(), header.descr);
  const std::uint64_t needed =
      bytes_needed(source.name(), header.shape, kind.bytes);
  const std::uint64_t begin = preamble.begin + preamble.length;
  require(needed == source.size() - begin,
          "{}: {} ({}) takes {} bytes, the file has {} after its header",
          source.name(), kind.name, fmt::join(header.shape, ", "), needed,
          source.size() - begin);
  NpyArray array{.shape = std::move(header.shape),
                 .dtype = kind.dtype,
                 .bytes = std::vector<std::byte>(needed),
                 .name = source.name()};
  source.read(begin, array.bytes);
  if (array.dtype == NpyDtype::boolean) check_booleans(array);
  return array;
}

NpyArray read_npy(const std::string& path) {
  return read_npy(*open_bytes(path));
}

void write_npy(const std::string& path, const std::vector<std::size_t>& shape,
               std::span<const float> values) {
  require(bytes_needed(path, shape, sizeof(float)) == values.size_bytes(),
          "{}: {} values for shape ({})", path, values.size(),
          fmt::join(shape, ", "));
  std::string dict = fmt::format(
      "{{'descr': '<f4', 'fortran_order': False, 'shape': ({}{}), }}",
      fmt::join(shape, ", "), shape.size() == 1 ? "," : "");
  const std::size_t start = kMagic.size() + 4;
  dict.append(kAlignment - 1 - (start + dict.size()) % kAlignment, ' ');
  dict += '\n';
  std::string head(kMagic);
  head += {'\1', '\0', static_cast<char>(dict.size() & 0xff),
           static_cast<char>(dict.size() >> 8)};
  replace_file(path, {head, dict,
                      {reinterpret_cast<const char*>(values.data()),
                       values.size_bytes()}});
}

template std::span<const float> NpyArray::as() const;
template std::span<const double> NpyArray::as() const;
template std::span<const std::int64_t> NpyArray::as() const;
template std::span<const std::int32_t> NpyArray::as() const;
template std::span<const std::uint8_t> NpyArray::as() const;
template std::span<const bool> NpyArray::as() const;

}  // namespace suite
