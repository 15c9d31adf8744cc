// What the contestant `perceiver_io` declares.
#pragma once

#include "contract/contestant.h"

namespace suite {

// Of one forward: rows, one read, B·L latent layers, O queries, and the map
// behind them.
Cost io_cost(const Shape& shape, const Options& options, std::size_t scalar,
             int threads);

// Of one rank's share of it.
Cost io_rank_cost(const Shape& shape, const Options& options,
                  const InputShare& share, std::size_t scalar, int threads);

// Of training it: raw inputs need no gradient, rows do where they are learned.
TrainingCost io_training_cost(const Shape& shape, const Options& options,
                              std::size_t scalar, int threads, Keep keep);

}  // namespace suite
