// What a Perceiver costs, from arithmetic and not from the code, but for bytes
// of buffers, which are asked of the code's own layout.
#pragma once

#include "contract/contestant.h"
#include "perceiver/config.h"
#include "primitives/keep.h"

namespace suite::formula {

// One forward. `bytes_held` are those of its buffers and its stream: parameters
// and input come on top.
Cost perceiver(const PerceiverConfig& config, std::size_t batch,
               std::size_t scalar, int threads);

// The same of training, whose `bytes_held` also leave out all gradients but the
// stream's. `d_inputs`: are those of what is read asked for?
TrainingCost perceiver_training(const PerceiverConfig& config,
                                std::size_t batch, bool d_inputs,
                                std::size_t scalar, int threads, Keep keep);

}  // namespace suite::formula
