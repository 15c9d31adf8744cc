// What a classifier says, in a few lines.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace suite {

struct ClassShare {
  std::size_t index = 0;
  double probability = 0;  // by softmax over all classes
};

// The `count` largest of a row of logits, or all if there are fewer, the
// largest first; of equals the lower index. Throws Error if a logit is no
// finite number.
template <class T>
std::vector<ClassShare> top_classes(std::span<const T> logits,
                                    std::size_t count);

// A line a class: probability, index, name. `names`, by index, may be empty;
// they come from a file and are shown by printable(). Throws Error if there are
// names, but none for a class.
std::string top_classes_text(const std::vector<ClassShare>& classes,
                             const std::vector<std::string>& names);

}  // namespace suite
