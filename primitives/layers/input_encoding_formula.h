// What positions cost, from arithmetic and not from the code.
#pragma once

#include "primitives/cost.h"
#include "primitives/layers/input_encoding.h"

namespace suite::formula {

// Positions of `batch` examples: read with the inputs, written with them.
// `bytes_held` are the positions', where fixed, and the encoded inputs'.
Cost input_encoding(const InputEncodingWidths& widths, std::size_t batch,
                    std::size_t scalar);

}  // namespace suite::formula
