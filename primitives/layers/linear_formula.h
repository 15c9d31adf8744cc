// What an affine map costs, from arithmetic and not from the code.
#pragma once

#include "primitives/cost.h"
#include "primitives/layers/linear.h"

namespace suite::formula {

// rows·in·out MACs; reads input and weight, writes the output, and reads it too
// where it is added to.
Work linear(std::size_t rows, std::size_t in, std::size_t out,
            std::size_t scalar, bool onto = false);

// The gradients of a linear map over `rows` rows: of its weight, added to what
// is there, and of its input, which may be.
Work linear_gradient(std::size_t rows, std::size_t in, std::size_t out,
                     std::size_t scalar);
Work linear_input_gradient(std::size_t rows, std::size_t in, std::size_t out,
                           std::size_t scalar, bool onto = false);

std::size_t linear_parameters(std::size_t in, std::size_t out,
                              Bias bias = Bias::with);

// Inputs mapped to the width of a stream, or where they are as wide copied,
// which costs nothing.
Cost input_projection(std::size_t rows, std::size_t in, std::size_t out,
                      std::size_t scalar);

// Its backward, to the input if that `learns`.
Cost input_projection_backward(std::size_t rows, std::size_t in,
                               std::size_t out, bool learns,
                               std::size_t scalar);

}  // namespace suite::formula
