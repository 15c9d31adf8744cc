// Which outputs a rank of several makes. Each query reads the latents on its
// own, and every rank has them all: nothing is sent.
#pragma once

#include <cstddef>

namespace suite {

struct OutputShare {
  std::size_t first = 0, count = 0;  // outputs, of all
  // Queries at once. The last ones of all are filled up to as many.
  std::size_t chunk = 0;

  std::size_t chunks() const { return (count + chunk - 1) / chunk; }
};

// Whole chunks, whose size follows from the number of outputs alone: so products
// have the same shapes, and answers the same bits, for every number of ranks. A
// rank may have none. Throws Error for no outputs.
OutputShare output_share(std::size_t outputs, std::size_t rank,
                         std::size_t ranks);

}  // namespace suite
