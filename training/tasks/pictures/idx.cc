#include "training/tasks/pictures/idx.h"

#include <fmt/ranges.h>

#include <utility>

#include "support/check.h"
#include "training/tasks/package_file.h"

namespace suite {
namespace {

// The largest is of 60,000 pictures of 28×28.
constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 26;
constexpr std::size_t kWord = 4;        // bytes of the magic, and of an extent
constexpr char kUnsignedByte = '\x08';  // the type, in the magic

std::size_t big_endian(const std::string& content, std::size_t at) {
  std::size_t value = 0;
  for (std::size_t i = 0; i < kWord; ++i) {
    value = value << 8 | static_cast<unsigned char>(content[at + i]);
  }
  return value;
}

void check_labels(const std::string& file, const std::string& labels,
                  const std::vector<std::string>& classes) {
  std::vector<bool> seen(classes.size());
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const std::size_t label = static_cast<unsigned char>(labels[i]);
    require(label < classes.size(),
            "{}: label {} of picture {}, allowed are 0 to {}", file, label, i,
            classes.size() - 1);
    seen[label] = true;
  }
  for (std::size_t c = 0; c < classes.size(); ++c) {
    require(seen[c], "{}: no picture of class {} ({})", file, c, classes[c]);
  }
}

}  // namespace

Idx parse_idx(const std::string& file, std::string content, std::size_t axes) {
  const std::size_t header = kWord * (1 + axes);
  const std::string magic{'\0', '\0', kUnsignedByte, static_cast<char>(axes)};
  require(content.starts_with(magic),
          "{}: no idx file of unsigned bytes with {} axes", file, axes);
  require(content.size() >= header, "{}: ends within its {} extents", file,
          axes);
  Idx idx;
  std::size_t size = 1;
  for (std::size_t axis = 0; axis < axes; ++axis) {
    idx.extents.push_back(big_endian(content, kWord * (1 + axis)));
    size *= idx.extents.back();  // below 2^26 · 2^32
    require(size <= kMostBytes, "{}: extents {} are of more than {} bytes",
            file, fmt::join(idx.extents, " x "), kMostBytes);
  }
  require(content.size() - header == size,
          "{}: {} bytes follow its header, its extents {} need {}", file,
          content.size() - header, fmt::join(idx.extents, " x "), size);
  idx.bytes = std::move(content);
  idx.bytes.erase(0, header);
  return idx;
}

LabelledPictures read_pictures(const std::string& pictures,
                               const std::string& labels,
                               const std::vector<std::string>& classes) {
  Idx picture_file = parse_idx(pictures, unpack(pictures, kMostBytes), 3);
  Idx label_file = parse_idx(labels, unpack(labels, kMostBytes), 1);
  const std::vector<std::size_t>& extents = picture_file.extents;
  require(label_file.extents[0] == extents[0],
          "{}: {} labels for the {} pictures of {}", labels,
          label_file.extents[0], extents[0], pictures);
  check_labels(labels, label_file.bytes, classes);
  return {extents[0], extents[1], extents[2], std::move(picture_file.bytes),
          std::move(label_file.bytes)};
}

}  // namespace suite
