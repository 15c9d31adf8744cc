// What sparse attention costs. MACs, logits and bytes moved are the papers'
// arithmetic and not from the code: conformance demands that they equal what the
// ledger counts, exactly. Bytes of buffers are asked of the code's own layout.
#pragma once

#include "primitives/cost.h"
#include "primitives/efficient_attention/sparse/sparse_attention.h"
#include "primitives/efficient_attention/sparse/sparse_backward.h"

namespace suite::formula {

// Softmax attention of so many pairs of a query and a key a head, in blocks of
// queries. `bytes_held` are the buffers'.
Cost sparse_attention(const AttentionShape& shape, std::size_t pairs,
                      std::size_t block, std::size_t scalar, int threads);

// Its backward: five products of each pair, for weights are made again.
// `bytes_held` are the buffers'.
Cost sparse_attention_backward(const AttentionShape& shape,
                               const SparsePattern& pattern, std::size_t pairs,
                               std::size_t scalar, int threads);

}  // namespace suite::formula
