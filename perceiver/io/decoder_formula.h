// What a decoder costs, from arithmetic and not from the code, but for bytes of
// buffers, which are asked of the code's own layout. Of decoders that ask with
// learned queries of one kind, all at once.
#pragma once

#include "contract/contestant.h"
#include "perceiver/io/config.h"
#include "perceiver/io/output_share.h"
#include "primitives/keep.h"

namespace suite::formula {

// One forward. `bytes_held` are those of its buffers and its outputs:
// parameters and latents come on top. With a share it is that of one rank,
// which keeps all parameters, and keys and values of all latents. Throws Error
// for another kind of decoder.
Cost decoder(const IoConfig& config, std::size_t batch, std::size_t scalar,
             int threads, const OutputShare* share = nullptr);

// The same of training, whose `bytes_held` also leave out gradients of
// parameters, latents and outputs.
TrainingCost decoder_training(const IoConfig& config, std::size_t batch,
                              std::size_t scalar, int threads, Keep keep);

}  // namespace suite::formula
