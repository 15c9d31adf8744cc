#include "pretrained/run/attention_picture.h"

#include <algorithm>

#include "pretrained/visualisation/attention_map.h"

namespace suite {
namespace {

constexpr std::size_t kLatents = 32;

// Where one modality's rows are among all.
struct Place {
  std::vector<std::size_t> extents;
  std::size_t first = 0;
};

Place place_of(const IoConfig& config) {
  Place place;
  for (const Modality& modality : config.inputs) {
    place.extents = rows_of(modality, config.semantics);
    if (config.inputs.size() == 1 || modality.name == "image") break;
    place.first += elements(place.extents);
  }
  return place;
}

// maps[M, N] → [M, pixels]: the rows of `place`, summed over frames.
Tensor<float, 2> pixel_maps(const Tensor<float, 2>& maps, const Place& place) {
  const std::size_t rank = place.extents.size();
  const std::size_t pixels = rank == 1 ? place.extents[0]
                                       : place.extents[rank - 2] *
                                             place.extents[rank - 1];
  require(place.first + elements(place.extents) <= maps.shape(1),
          "attention over {} inputs, the model's grid ends at {}",
          maps.shape(1), place.first + elements(place.extents));
  Tensor<float, 2> sums({maps.shape(0), pixels}, 0.0F);
  for (std::size_t m = 0; m < maps.shape(0); ++m) {
    for (std::size_t n = 0; n < elements(place.extents); ++n) {
      sums(m, n % pixels) += maps(m, place.first + n);
    }
  }
  return sums;
}

// Inputs of the first example up to the last that is not masked.
std::size_t shown_length(const Mask& mask) {
  std::size_t length = 0;
  for (std::size_t n = 0; mask.size() > 0 && n < mask.shape(1); ++n) {
    if (mask(0, n) != 0) length = n + 1;
  }
  return length;
}

}  // namespace

Picture attention_picture(const IoConfig& config,
                          const Tensor<float, 4>& weights,
                          const ModelInputs& inputs) {
  Tensor<float, 3> first(
      {weights.shape(1), weights.shape(2), weights.shape(3)});
  std::copy_n(weights.data(), first.size(), first.data());
  Place place = place_of(config);
  // A text may be shorter than the model's.
  if (config.inputs.size() == 1 && place.extents.size() == 1) {
    place.extents[0] = weights.shape(3);
  }
  const Tensor<float, 2> maps = pixel_maps(mean_over_heads(first), place);
  const auto latents =
      choose_latents(maps, kLatents, LatentChoice::most_concentrated);
  const std::size_t rank = place.extents.size();
  if (rank == 1) {
    return sequence_bands(maps, latents, shown_length(inputs.mask));
  }
  const bool seen = inputs.picture.width > 0;
  return grid_sheet(maps, place.extents[rank - 2], place.extents[rank - 1],
                    latents, seen ? &inputs.picture : nullptr);
}

}  // namespace suite
