// The letters, as numbers. They mean one thing everywhere.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace suite {

struct Shape {
  std::size_t N = 0;      // inputs
  std::size_t M = 0;      // latents
  std::size_t B = 1;      // blocks
  std::size_t C = 0;      // channels of an input
  std::size_t D = 0;      // channels of a latent, the width
  std::size_t H = 1;      // heads
  std::size_t L = 1;      // latent self-attention layers per block
  std::size_t O = 0;      // output queries; 0 without a decoder
  std::size_t batch = 1;  // examples at once

  bool operator==(const Shape&) const = default;
};

// All letters, in the order of the CSV.
inline constexpr std::string_view kDimensions[] = {"N", "M", "B", "C",    "D",
                                                   "H", "L", "O", "batch"};

// The field of a letter; throws Error for one that is unknown.
std::size_t& dimension(Shape& shape, std::string_view name);
std::size_t dimension(const Shape& shape, std::string_view name);

}  // namespace suite
