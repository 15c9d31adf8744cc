// Files of idx, the format of MNIST and of the data sets that took its place.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace suite {

struct Idx {
  std::vector<std::size_t> extents;
  std::string bytes;  // row-major
};

// The content of an idx file of unsigned bytes. Throws Error, naming `file`,
// unless it has so many axes and exactly the bytes that their extents say.
Idx parse_idx(const std::string& file, std::string content, std::size_t axes);

struct LabelledPictures {
  std::size_t count = 0, height = 0, width = 0;
  std::string pixels;  // [count, height, width]
  std::string labels;  // [count]
};

// Pictures and their labels, each a packed idx file. Throws Error, naming a
// file, unless there is a label to each picture, all are below the number of
// classes, and each class has a picture.
LabelledPictures read_pictures(const std::string& pictures,
                               const std::string& labels,
                               const std::vector<std::string>& classes);

}  // namespace suite
