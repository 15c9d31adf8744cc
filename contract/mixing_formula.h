// The closed formulas of what mixes rows where it is not plain attention. As in
// formula.h, they are written from arithmetic and not from the code.
#pragma once

#include "primitives/cost.h"
#include "primitives/efficient_attention/hashed/hashed_attention.h"
#include "primitives/efficient_attention/landmark/head_matrices.h"
#include "primitives/efficient_attention/kernel/kernel_attention.h"
#include "primitives/efficient_attention/sparse/sparse_attention.h"

namespace suite::formula {

// Every key adds its features times [value, 1] to a sum that every query reads:
// batch·heads·2·N·r·(v_channels + 1) MACs. Causal, rows also meet as pairs
// within tiles. φ comes on top. `bytes_held` are the buffers'.
Cost kernel_attention(const KernelShape& shape, std::size_t scalar,
                      int threads);

// Softmax attention of so many pairs of a query and a key a head, in blocks of
// queries. `bytes_held` are the buffers'.
Cost sparse_attention(const AttentionShape& shape, std::size_t pairs,
                      std::size_t block, std::size_t scalar, int threads);

// Every row of a chunk meets those of its chunk and of the one before it, in each
// round; N·rounds·(buckets/2)·d MACs a head hash them first. `bytes_held` are the
// buffers'.
Cost hashed_attention(const HashedShape& shape, std::size_t scalar,
                      int threads);

// weights[rows, inputs] times inputs of so many channels, for each example.
Work combine_rows(std::size_t batch, std::size_t rows, std::size_t inputs,
                  std::size_t channels, std::size_t scalar);

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

// φ of values that are read once, as what it makes of them stays in cache.
Work elu_plus_one(std::size_t values, std::size_t scalar);

// The same by products with `features` directions of a head's channels.
Work positive_features(std::size_t rows, std::size_t heads,
                       std::size_t channels, std::size_t features,
                       std::size_t scalar);

}  // namespace suite::formula
