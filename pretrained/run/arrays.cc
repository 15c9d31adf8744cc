#include "pretrained/run/arrays.h"

#include <fmt/ranges.h>

#include <algorithm>

namespace suite {
namespace {

template <class From>
Mask copied(const NpyArray& file) {
  const std::span<const From> from = file.as<From>();
  Mask mask({file.shape[0], file.shape[1]});
  for (std::size_t i = 0; i < from.size(); ++i) {
    const auto value = static_cast<std::int64_t>(from[i]);
    require(value == 0 || value == 1, "{}: value {} is {}; 0 and 1 are allowed",
            file.name, i, value);
    mask.data()[i] = static_cast<std::uint8_t>(value);
  }
  return mask;
}

// [batch, planes…, height, width], as the model's grids have it: three extents.
std::array<std::size_t, 3> folded(const std::vector<std::size_t>& shape) {
  const std::size_t rank = shape.size();
  if (rank == 3) return {shape[0], shape[1], shape[2]};
  const std::size_t pixels = shape[rank - 2] * shape[rank - 1];
  return {shape[0], elements(shape) / shape[0] / pixels, pixels};
}

}  // namespace

RawArray<float> array_from(const NpyArray& file, const std::string& modality) {
  const std::vector<std::size_t>& shape = file.shape;
  require(std::find(shape.begin(), shape.end(), 0u) == shape.end(),
          "{}: an array of shape [{}] is empty", file.name,
          fmt::join(shape, ", "));
  RawArray<float> array;
  if (modality == "text") {
    const auto ids = file.as<std::int64_t>();
    require(shape.size() == 2, "{}: shape [{}]; [batch, N] is allowed",
            file.name, fmt::join(shape, ", "));
    array.tokens.resize({shape[0], shape[1]});
    std::copy(ids.begin(), ids.end(), array.tokens.begin());
  } else {
    const auto values = file.as<float>();
    require(shape.size() >= 3 && shape.size() <= 5,
            "{}: an array of shape [{}]: 3 to 5 dimensions are allowed",
            file.name, fmt::join(shape, ", "));
    array.values.resize(folded(shape));
    std::copy(values.begin(), values.end(), array.values.begin());
  }
  return array;
}

Mask mask_from(const NpyArray& file, const std::vector<std::size_t>& shape) {
  require(file.shape.size() == 2 && file.shape[0] == shape[0] &&
              file.shape[1] == shape[1],
          "{}: a mask of shape [{}]; the inputs take [{}, {}]", file.name,
          fmt::join(file.shape, ", "), shape[0], shape[1]);
  switch (file.dtype) {
    case NpyDtype::int64:
      return copied<std::int64_t>(file);
    case NpyDtype::int32:
      return copied<std::int32_t>(file);
    case NpyDtype::uint8:
      return copied<std::uint8_t>(file);
    case NpyDtype::boolean:
      return copied<bool>(file);
    case NpyDtype::float32:
    case NpyDtype::float64:
      break;
  }
  throw Error(fmt::format(
      "{}: a mask of floats; int64, int32, uint8 and bool are allowed",
      file.name));
}

std::vector<std::size_t> points_from(const NpyArray& file, std::size_t count) {
  const auto from = file.as<std::int64_t>();
  require(file.shape.size() == 1 && !from.empty(),
          "{}: points of shape [{}]; one dimension of 1 or more is allowed",
          file.name, fmt::join(file.shape, ", "));
  for (std::size_t i = 0; i < from.size(); ++i) {
    require(from[i] >= 0 && static_cast<std::uint64_t>(from[i]) < count,
            "{}: point {} is {}; 0 to {} are allowed", file.name, i, from[i],
            count - 1);
  }
  return {from.begin(), from.end()};
}

void check_ids(const NpyArray& file, std::size_t vocabulary) {
  const auto ids = file.as<std::int64_t>();
  for (std::size_t i = 0; i < ids.size(); ++i) {
    require(ids[i] >= 0 && static_cast<std::uint64_t>(ids[i]) < vocabulary,
            "{}: id [{}, {}] is {}; 0 to {} are allowed", file.name,
            i / file.shape[1], i % file.shape[1], ids[i], vocabulary - 1);
  }
}

}  // namespace suite
