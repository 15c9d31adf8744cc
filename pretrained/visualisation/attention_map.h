// Pictures of what the latents attended to: a contact sheet of maps for inputs
// that form a grid, bands for inputs that form a sequence.
#pragma once

#include <cstddef>
#include <vector>

#include "pretrained/inputs/pictures/picture.h"
#include "primitives/tensor.h"

namespace suite {

// Which of M latents are shown when there are more than is asked for.
enum class LatentChoice {
  most_concentrated,  // the lowest entropy, lowest first
  evenly_spaced,      // in their order
};

// weights [heads, M, N] → [M, N], the mean over heads. Throws Error for a
// weight that is negative or no finite number.
Tensor<float, 2> mean_over_heads(const Tensor<float, 3>& weights);

// The indices of at most `count` rows of maps [M, N]. Entropy is −Σ p·log p of
// a row divided by its sum; a row of zeros comes last.
std::vector<std::size_t> choose_latents(const Tensor<float, 2>& maps,
                                        std::size_t count, LatentChoice choice);

// Maps [M, height·width] of `latents`, a tile each: nearly twice as many
// columns as rows, enlarged by whole numbers to at least 96 pixels, each scaled
// to its own maximum, which its caption tells. If `under` is not null, it is
// drawn in grey beneath: where a weight is low, the picture shows. Throws Error
// if N is not height·width. Cost: a few ns a pixel of the sheet.
Picture grid_sheet(const Tensor<float, 2>& maps, std::size_t height,
                   std::size_t width, const std::vector<std::size_t>& latents,
                   const Picture* under = nullptr);

// Maps [M, N] of `latents`, a band each, over the first `positions` inputs (0:
// all), each scaled to its own maximum among them. With more than 1024
// positions, a column is the largest of several.
Picture sequence_bands(const Tensor<float, 2>& maps,
                       const std::vector<std::size_t>& latents,
                       std::size_t positions = 0);

}  // namespace suite
