// What the contestant `perceiver_io` declares.
#pragma once

#include "contract/options.h"
#include "contract/shape.h"
#include "primitives/cost.h"

namespace suite {

// Of one forward: rows, one read, B·L latent layers, O queries, and the map
// behind them.
Cost io_cost(const Shape& shape, const Options& options, std::size_t scalar,
             int threads);

}  // namespace suite
