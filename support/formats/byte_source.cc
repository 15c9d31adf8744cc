#include "support/formats/byte_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "support/check.h"

namespace suite {
namespace {

class FileSource : public ByteSource {
 public:
  // Without O_NONBLOCK a pipe would keep us waiting for its writer.
  explicit FileSource(const std::string& path)
      : ByteSource(path),
        descriptor_(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
    require(descriptor_ >= 0, "cannot read {}: {}", path, std::strerror(errno));
  }
  ~FileSource() override { close(descriptor_); }

  void look() {  // not in the constructor, after whose throw none would close
    struct stat status;
    require(fstat(descriptor_, &status) == 0, "cannot read {}: {}", name(),
            std::strerror(errno));
    require(S_ISREG(status.st_mode), "cannot read {}: not a file", name());
    size_ = static_cast<std::uint64_t>(status.st_size);
  }

  void read(std::uint64_t offset, std::span<std::byte> to) const override {
    while (!to.empty()) {
      const ssize_t got =
          pread(descriptor_, to.data(), to.size(), static_cast<off_t>(offset));
      if (got < 0 && errno == EINTR) continue;
      require(got >= 0, "cannot read {}: {}", name(), std::strerror(errno));
      require(got > 0, "{}: ends at byte {}, {} more were expected", name(),
              offset, to.size());
      offset += static_cast<std::uint64_t>(got);
      to = to.subspan(static_cast<std::size_t>(got));
    }
  }
  std::uint64_t size() const override { return size_; }

 private:
  int descriptor_;
  std::uint64_t size_ = 0;
};

class MemorySource : public ByteSource {
 public:
  MemorySource(const std::string& name, std::span<const std::byte> bytes)
      : ByteSource(name), bytes_(bytes) {}

  void read(std::uint64_t offset, std::span<std::byte> to) const override {
    require(offset <= bytes_.size() && to.size() <= bytes_.size() - offset,
            "{}: ends at byte {}, {} bytes from {} on were expected", name(),
            bytes_.size(), to.size(), offset);
    if (!to.empty()) std::memcpy(to.data(), bytes_.data() + offset, to.size());
  }
  std::uint64_t size() const override { return bytes_.size(); }

 private:
  std::span<const std::byte> bytes_;
};

}  // namespace

std::string ByteSource::text(std::uint64_t most) const {
  require(size() <= most, "{}: {} bytes, allowed are {}", name(), size(), most);
  std::string content(size(), '\0');
  read(0, std::as_writable_bytes(std::span(content)));
  return content;
}

std::unique_ptr<const ByteSource> open_bytes(const std::string& path) {
  auto file = std::make_unique<FileSource>(path);
  file->look();
  return file;
}

std::unique_ptr<const ByteSource> bytes_in_memory(
    const std::string& name, std::span<const std::byte> bytes) {
  return std::make_unique<MemorySource>(name, bytes);
}

}  // namespace suite
