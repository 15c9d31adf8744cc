// What FLOPs are counted from: the declared costs of the two models' pieces.
#pragma once

#include <cstdint>

#include "contract/shape.h"
#include "primitives/cost.h"

namespace suite {

// One of each.
struct FlopsPieces {
  Cost cross;  // M queries of N inputs
  Cost self;   // M queries of M latents
  Cost layer;  // N queries of N inputs, the transformer's
  std::uint64_t input_projection = 0;  // FLOPs, once; where C differs from D
};

// Attention alone, D wide, as the papers' complexity claim has it. Cost: a few
// multiplications. H must divide D.
FlopsPieces attention_pieces(const Shape& shape);

// The layers of `perceiver` and `transformer` with their standard options.
// Cost: a few multiplications. Throws Error unless H divides C and D.
FlopsPieces layer_pieces(const Shape& shape);

// Paper FLOPs of one forward, as the contestant of that name declares them.
// Cost: the formula's. Throws Error for an unknown name or a refused shape.
std::uint64_t declared_flops(const Shape& shape, const char* name);

}  // namespace suite
