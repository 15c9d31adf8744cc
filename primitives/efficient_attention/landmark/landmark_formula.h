// What rows made of rows, and small matrices of heads, cost. MACs, logits and
// bytes moved are the papers' arithmetic and not from the code: conformance
// demands that they equal what the ledger counts, exactly. Bytes of buffers are
// asked of the code's own layout.
#pragma once

#include "primitives/cost.h"
#include "primitives/efficient_attention/landmark/head_matrices.h"

namespace suite::formula {

// weights[rows, inputs] times inputs of so many channels, for each example.
Work combine_rows(std::size_t batch, std::size_t rows, std::size_t inputs,
                  std::size_t channels, std::size_t scalar);
// Its backward: two products, and the gradients of all three.
Work combine_rows_backward(std::size_t batch, std::size_t rows,
                           std::size_t inputs, std::size_t channels,
                           std::size_t scalar);

// Means of segments: all rows read, `segments` of them written.
Work segment_means(std::size_t batch, std::size_t rows, std::size_t segments,
                   std::size_t channels, std::size_t scalar);

// m×m weights between m rows of each head, and products of such matrices with
// m rows of a head.
Cost head_weights(std::size_t heads, std::size_t m, std::size_t head_channels,
                  std::size_t scalar);
Work multiply_heads(std::size_t heads, std::size_t m,
                    std::size_t head_channels, std::size_t scalar);

// Four m×m products an iteration and matrix. `bytes_held` are the buffers'.
Cost pseudo_inverse(std::size_t matrices, std::size_t m, std::size_t iterations,
                    std::size_t scalar, int threads);

// Each of `values` from `width` of its neighbours, added to what is there, with
// one kernel a head.
Work row_convolution(std::size_t values, std::size_t heads, std::size_t width,
                     std::size_t scalar);

// Their backwards, of which each product has two.

// Each row's gradient read and written, those of means read.
Work segment_means_backward(std::size_t batch, std::size_t rows,
                            std::size_t segments, std::size_t channels,
                            std::size_t scalar);

// The scores' share; the softmax's is no product.
Work head_weights_backward(std::size_t heads, std::size_t m,
                           std::size_t head_channels, std::size_t scalar);
Work multiply_heads_backward(std::size_t heads, std::size_t m,
                             std::size_t head_channels, std::size_t scalar);

// Besides, all products but the last are made again: twelve an iteration, less
// one. `bytes_held` are the buffers'.
Cost pseudo_inverse_backward(std::size_t matrices, std::size_t m,
                             std::size_t iterations, std::size_t scalar,
                             int threads);

Work row_convolution_backward(std::size_t values, std::size_t heads,
                              std::size_t width, std::size_t scalar);

}  // namespace suite::formula
