// What kernel attention and its feature maps cost. MACs, logits and bytes moved
// are the papers' arithmetic and not from the code: conformance demands that they
// equal what the ledger counts, exactly. Bytes of buffers are asked of the code's
// own layout.
#pragma once

#include "primitives/cost.h"
#include "primitives/efficient_attention/kernel/kernel_attention.h"

namespace suite::formula {

// Every key adds its features times [value, 1] to a sum that every query reads:
// batch·heads·2·N·r·(v_channels + 1) MACs. Causal, rows also meet as pairs
// within tiles. φ comes on top. `bytes_held` are the buffers'.
Cost kernel_attention(const KernelShape& shape, std::size_t scalar,
                      int threads);

// Its backward. Of each head and row S is made again, G beside it, and each is
// read by one product for φ's gradient; besides there are the queries' totals
// and the values' gradients. φ, made `feature_passes()` times for queries and
// keys together, and its backwards come on top. `bytes_held` are the buffers'.
Cost kernel_attention_backward(const KernelShape& shape, std::size_t scalar,
                               int threads);
std::size_t feature_passes(const KernelShape& shape);

// φ of values that are read once, as what it makes of them stays in cache. Its
// backward writes their gradients too.
Work elu_plus_one(std::size_t values, std::size_t scalar);
Work elu_plus_one_backward(std::size_t values, std::size_t scalar);

// The same by products with `features` directions of a head's channels.
Work positive_features(std::size_t rows, std::size_t heads,
                       std::size_t channels, std::size_t features,
                       std::size_t scalar);
Work positive_features_backward(std::size_t rows, std::size_t heads,
                                std::size_t channels, std::size_t features,
                                std::size_t scalar);

}  // namespace suite::formula
