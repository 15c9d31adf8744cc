#include "pretrained/checkpoint/permuted_copy.h"

#include <algorithm>
#include <numeric>

#include "support/check.h"

namespace suite {
namespace {

// Of the source's axes: how many values, and how far apart on both sides.
struct Axis {
  std::size_t extent = 1;
  std::size_t from = 0;
  std::size_t to = 0;
};

std::vector<Axis> strides(const std::vector<std::size_t>& shape,
                          const std::vector<std::size_t>& axes) {
  std::vector<Axis> found(shape.size());
  std::size_t from = 1;
  std::size_t to = 1;
  for (std::size_t i = shape.size(); i-- > 0;) {
    found[i].extent = shape[i];
    found[i].from = from;
    found[axes[i]].to = to;
    from *= shape[i];
    to *= shape[axes[i]];
  }
  return found;
}

// Axes that stay neighbours become one, those of one value none: kernels of
// 1 x 1 are matrices.
std::vector<Axis> merged(const std::vector<Axis>& axes) {
  std::vector<Axis> kept;
  for (const Axis& axis : axes) {
    if (axis.extent == 1) continue;
    if (!kept.empty() && kept.back().to == axis.to * axis.extent) {
      kept.back() = {kept.back().extent * axis.extent, axis.from, axis.to};
    } else {
      kept.push_back(axis);
    }
  }
  return kept;
}

// Takes the axis with the smallest step out of `axes`.
Axis take_finest(std::vector<Axis>& axes, std::size_t Axis::*step) {
  if (axes.empty()) return {};
  const auto finest = std::min_element(
      axes.begin(), axes.end(),
      [&](const Axis& a, const Axis& b) { return a.*step < b.*step; });
  const Axis taken = *finest;
  axes.erase(finest);
  return taken;
}

// A line of the cache each way: 16 floats.
template <class T>
void copy_plane(const T* from, T* to, Axis down, Axis across) {
  constexpr std::size_t kTile = 64 / sizeof(float);
  for (std::size_t r = 0; r < down.extent; r += kTile) {
    const std::size_t rows = std::min(kTile, down.extent - r);
    for (std::size_t c = 0; c < across.extent; c += kTile) {
      const std::size_t cols = std::min(kTile, across.extent - c);
      const T* source = from + r * down.from + c * across.from;
      T* target = to + r * down.to + c * across.to;
      for (std::size_t j = 0; j < cols; ++j) {
        for (std::size_t i = 0; i < rows; ++i) {
          target[j * across.to + i * down.to] =
              source[j * across.from + i * down.from];
        }
      }
    }
  }
}

// All planes: the other axes count up like an odometer.
template <class T>
void copy_planes(const T* from, T* to, std::span<const Axis> others, Axis down,
                 Axis across) {
  if (others.empty()) {
    copy_plane(from, to, down, across);
    return;
  }
  const Axis& outer = others.front();
  for (std::size_t i = 0; i < outer.extent; ++i) {
    copy_planes(from + i * outer.from, to + i * outer.to, others.subspan(1),
                down, across);
  }
}

void check(const std::vector<std::size_t>& shape,
           const std::vector<std::size_t>& axes) {
  std::vector<std::size_t> sorted = axes;
  std::sort(sorted.begin(), sorted.end());
  std::vector<std::size_t> all(shape.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  require(!shape.empty() && sorted == all,
          "axes of a permuted copy: allowed is each of 0 to {} once",
          shape.size() - 1);
}

}  // namespace

template <class T>
void permuted_copy(const std::vector<std::size_t>& shape,
                   const std::vector<std::size_t>& axes, std::size_t first,
                   std::span<const T> from, std::span<T> to) {
  check(shape, axes);
  const std::size_t size = std::accumulate(shape.begin(), shape.end(),
                                           std::size_t{1}, std::multiplies<>());
  require(to.size() == size, "permuted copy into {} values, wanted are {}",
          to.size(), size);
  if (from.empty()) return;
  const std::size_t slice = size / shape[0];
  const std::size_t slices = from.size() / slice;
  require(from.size() == slices * slice && slices <= shape[0] &&
              first <= shape[0] - slices,
          "permuted copy of {} values from slice {} on: {} slices of {} exist",
          from.size(), first, shape[0], slice);
  std::vector<Axis> walk = strides(shape, axes);
  T* target = to.data() + first * walk[0].to;
  walk[0].extent = slices;
  walk = merged(walk);
  const Axis down = take_finest(walk, &Axis::to);
  const Axis across = take_finest(walk, &Axis::from);
  copy_planes(from.data(), target, std::span<const Axis>(walk), down, across);
}

template void permuted_copy(const std::vector<std::size_t>&,
                            const std::vector<std::size_t>&, std::size_t,
                            std::span<const float>, std::span<float>);
template void permuted_copy(const std::vector<std::size_t>&,
                            const std::vector<std::size_t>&, std::size_t,
                            std::span<const double>, std::span<double>);

}  // namespace suite
