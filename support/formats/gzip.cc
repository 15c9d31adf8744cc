#include "support/formats/gzip.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <span>

#include "support/check.h"

namespace suite {
namespace {

constexpr std::size_t kChunk = 65536;  // bytes that are read or filled at once

class Inflater {
 public:
  explicit Inflater(const ByteSource& source) : source_(source) {
    // The largest window; +16: gzip's header and checksum, no other's.
    require(inflateInit2(&stream_, MAX_WBITS + 16) == Z_OK,
            "{}: no memory to unpack it", source.name());
  }
  ~Inflater() { inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  // Fills `to` from its start; how many bytes it filled. Fewer than asked for:
  // there are no more.
  std::size_t fill(std::span<char> to) {
    stream_.next_out = reinterpret_cast<Bytef*>(to.data());
    stream_.avail_out = static_cast<uInt>(to.size());
    while (stream_.avail_out > 0 && !ended_) step();
    return to.size() - stream_.avail_out;
  }

  std::uint64_t taken() const { return read_ - stream_.avail_in; }

 private:
  void step() {
    if (stream_.avail_in == 0) {
      const std::uint64_t rest = source_.size() - read_;
      require(rest > 0, "{}: ends at byte {}, within what is packed",
              source_.name(), read_);
      const std::size_t next = std::min<std::uint64_t>(rest, kChunk);
      source_.read(read_, std::span(chunk_).first(next));
      read_ += next;
      stream_.next_in = reinterpret_cast<Bytef*>(chunk_.data());
      stream_.avail_in = static_cast<uInt>(next);
    }
    const int result = inflate(&stream_, Z_NO_FLUSH);
    ended_ = result == Z_STREAM_END;
    require(ended_ || result == Z_OK || result == Z_BUF_ERROR,
            "{}: no gzip file, or a damaged one: {} before byte {}",
            source_.name(), stream_.msg == nullptr ? "unknown" : stream_.msg,
            taken());
  }

  const ByteSource& source_;
  z_stream stream_ = {};
  std::array<std::byte, kChunk> chunk_;
  std::uint64_t read_ = 0;  // bytes of the source
  bool ended_ = false;
};

}  // namespace

std::string read_gzip(const ByteSource& source, std::uint64_t most) {
  Inflater inflater(source);
  std::string content;
  std::size_t filled = 0;
  do {
    require(filled <= most, "{}: unpacks to more than the {} bytes allowed",
            source.name(), most);
    // One byte beyond `most` shows that there are more.
    const std::uint64_t size =
        std::min<std::uint64_t>(filled + std::max(filled, kChunk), most + 1);
    content.resize(size);
    filled += inflater.fill(std::span(content).subspan(filled));
  } while (filled == content.size());
  content.resize(filled);
  require(inflater.taken() == source.size(),
          "{}: {} bytes follow the end of what is packed", source.name(),
          source.size() - inflater.taken());
  return content;
}

}  // namespace suite
