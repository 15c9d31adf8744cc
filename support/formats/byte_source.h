// Bytes that are read from any place on: those of a file, or some in memory.
// Readers of formats know no other, so that fuzzing takes the way of a file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>

namespace suite {

class ByteSource {
 public:
  explicit ByteSource(std::string name) : name_(std::move(name)) {}
  virtual ~ByteSource() = default;
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;

  // Fills `to` with the bytes from `offset` on. Throws Error, naming the
  // source, if they end before that or cannot be read.
  virtual void read(std::uint64_t offset, std::span<std::byte> to) const = 0;
  virtual std::uint64_t size() const = 0;  // in bytes, known without reading

  const std::string& name() const { return name_; }  // for errors
  // All of them, if at most `most`: else throws Error, allocating nothing.
  std::string text(std::uint64_t most) const;

 private:
  std::string name_;
};

// Throws Error unless `path` is a file that can be read. The file may shrink
// later: that is an error of the read that misses the bytes.
std::unique_ptr<const ByteSource> open_bytes(const std::string& path);

// `bytes` must outlive the source.
std::unique_ptr<const ByteSource> bytes_in_memory(
    const std::string& name, std::span<const std::byte> bytes);

}  // namespace suite
