// Arrays in NumPy's .npy files, versions 1 to 3 of the format.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "support/formats/byte_source.h"

namespace suite {

enum class NpyDtype { float32, float64, int64, int32, uint8, boolean };

struct NpyArray {
  std::vector<std::size_t> shape;
  NpyDtype dtype = NpyDtype::float32;
  std::vector<std::byte> bytes;  // row-major
  std::string name;              // of the file, for errors

  // The values, for the T of the dtype: float, double, std::int64_t,
  // std::int32_t, std::uint8_t or bool; for any other throws Error.
  template <class T>
  std::span<const T> as() const;
};

// Row-major, little-endian arrays of the dtypes above, of any rank. Throws
// Error, one line that names the file, for all else, and before it allocates
// more than the file holds.
NpyArray read_npy(const std::string& path);
NpyArray read_npy(const ByteSource& source);

// Writes `values`, row-major, as float32 of version 1. Readers see what was
// there before or all of the new, never a part. Throws Error if the shape has
// not that many values or the file cannot be written.
void write_npy(const std::string& path, const std::vector<std::size_t>& shape,
               std::span<const float> values);

}  // namespace suite
