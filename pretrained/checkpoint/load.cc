#include "pretrained/checkpoint/load.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <set>

#include "pretrained/checkpoint/permuted_copy.h"
#include "support/formats/shown.h"
#include "support/check.h"

namespace suite {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{1} << 20;

// What is wrong, by kind.
class Problems {
 public:
  void add(const std::string& kind, std::vector<std::string> found) {
    if (found.empty()) return;
    constexpr std::size_t kShown = 5;
    const std::size_t count = found.size();
    found.resize(std::min(count, kShown));
    kinds_.push_back(fmt::format("{} {}", kind, fmt::join(found, ", ")));
    if (count > kShown) {
      kinds_.back() += fmt::format(" and {} more", count - kShown);
    }
  }

  void throw_any(const std::string& where) const {
    require(kinds_.empty(), "{}: {}", where, fmt::join(kinds_, "; "));
  }

 private:
  std::vector<std::string> kinds_;
};

std::size_t count(const std::vector<std::size_t>& shape) {
  return std::accumulate(shape.begin(), shape.end(), std::size_t{1},
                         std::multiplies<>());
}

template <class T>
void compare(const Checkpoint& checkpoint,
             const std::vector<WantedTensor<T>>& wanted,
             const NamePredicate& may_be_left) {
  std::vector<std::string> missing, shapes, dtypes, left;
  std::set<std::string> names;
  for (const WantedTensor<T>& tensor : wanted) {
    require(tensor.to.size() == count(tensor.shape),
            "{}: {} values to be read into {}", tensor.name,
            shape_text(tensor.shape), tensor.to.size());
    require(tensor.axes.empty() || tensor.axes.size() == tensor.shape.size(),
            "{}: {} axes to reorder in {}", tensor.name, tensor.axes.size(),
            shape_text(tensor.shape));
    names.insert(tensor.name);
    if (!checkpoint.contains(tensor.name)) {
      missing.push_back(shown(tensor.name));
      continue;
    }
    const auto& shape = checkpoint.shape(tensor.name);
    if (shape != tensor.shape) {
      shapes.push_back(fmt::format("{} is {}, wanted {}", shown(tensor.name),
                                   shape_text(shape),
                                   shape_text(tensor.shape)));
    } else if (!checkpoint.is_readable(tensor.name)) {
      dtypes.push_back(fmt::format("{} is {}", shown(tensor.name),
                                   shown(checkpoint.dtype(tensor.name))));
    }
  }
  for (const std::string& name : checkpoint.names()) {
    if (!names.contains(name) && !may_be_left(name)) {
      left.push_back(shown(name));
    }
  }
  Problems problems;
  problems.add("missing:", std::move(missing));
  problems.add("left over:", std::move(left));
  problems.add("other shapes:", std::move(shapes));
  problems.add("dtypes other than F16, BF16, F32, F64:", std::move(dtypes));
  problems.throw_any(checkpoint.folder());
}

// Slice by slice along the first axis, sixteen or more at once where they fit:
// what lies side by side in a transposed matrix then fills lines of the cache.
template <class T>
void read_permuted(const Checkpoint& checkpoint, const WantedTensor<T>& tensor,
                   std::vector<T>& buffer) {
  if (tensor.to.empty()) return;
  const std::size_t slices = tensor.shape.empty() ? 0 : tensor.shape[0];
  const std::size_t slice = tensor.to.size() / std::max<std::size_t>(slices, 1);
  const std::size_t fitting = kBufferBytes / sizeof(T) / slice;
  const std::size_t at_once =
      fitting < 16 ? std::max<std::size_t>(fitting, 1) : fitting / 16 * 16;
  for (std::size_t first = 0; first < slices; first += at_once) {
    const std::size_t values = std::min(at_once, slices - first) * slice;
    if (buffer.size() < values) buffer.resize(values);
    const std::span<T> part = std::span(buffer).first(values);
    checkpoint.read_range(tensor.name, first * slice, part);
    permuted_copy<T>(tensor.shape, tensor.axes, first, part, tensor.to);
  }
}

}  // namespace

template <class T>
void load(const Checkpoint& checkpoint,
          const std::vector<WantedTensor<T>>& wanted,
          const NamePredicate& may_be_left) {
  compare(checkpoint, wanted, may_be_left);
  std::vector<T> buffer;
  for (const WantedTensor<T>& tensor : wanted) {
    if (tensor.axes.empty()) {
      checkpoint.read(tensor.name, tensor.to);
    } else {
      read_permuted(checkpoint, tensor, buffer);
    }
  }
}

template void load(const Checkpoint&, const std::vector<WantedTensor<float>>&,
                   const NamePredicate&);
template void load(const Checkpoint&, const std::vector<WantedTensor<double>>&,
                   const NamePredicate&);

}  // namespace suite
