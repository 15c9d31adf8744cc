// A safetensors file: its tensors, read one by one into the caller's memory.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "support/formats/safetensors_header.h"
#include "support/formats/byte_source.h"

namespace suite {

class Safetensors {
 public:
  // Reads and checks the header; every throw is an Error of one line.
  explicit Safetensors(const std::string& path);
  explicit Safetensors(std::unique_ptr<const ByteSource> source);

  std::vector<std::string> names() const;  // sorted
  bool contains(const std::string& name) const;
  // These throw Error for a name that is not there.
  const std::vector<std::size_t>& shape(const std::string& name) const;
  const std::string& dtype(const std::string& name) const;

  // Whether read() can: F16, BF16, F32 and F64.
  bool is_readable(const std::string& name) const;

  // Values first … first + to.size() − 1 of the tensor, row-major, as T (float
  // or double). Rounds F64 to float, else is exact. Bytes that need no
  // conversion go straight into `to`, others through a buffer of 64 KiB.
  // Throws Error if the tensor has fewer values or a dtype that is no float's.
  template <class T>
  void read_range(const std::string& name, std::size_t first,
                  std::span<T> to) const;
  // All of them, as many as `to` takes.
  template <class T>
  void read(const std::string& name, std::span<T> to) const;

 private:
  const SafetensorsEntry& entry(const std::string& name) const;

  std::unique_ptr<const ByteSource> source_;
  std::uint64_t data_begin_ = 0;  // in the source
  SafetensorsHeader header_;
};

}  // namespace suite
