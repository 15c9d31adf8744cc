// What LSH attention costs. MACs, logits and bytes moved are the papers'
// arithmetic and not from the code: conformance demands that they equal what the
// ledger counts, exactly. Bytes of buffers are asked of the code's own layout.
#pragma once

#include "primitives/cost.h"
#include "primitives/efficient_attention/hashed/hashed_attention.h"
#include "primitives/efficient_attention/hashed/hashed_backward.h"

namespace suite::formula {

// Every row of a chunk meets those of its chunk and of the one before it, in each
// round; N·rounds·(buckets/2)·d MACs a head hash them first. `bytes_held` are the
// buffers'.
Cost hashed_attention(const HashedShape& shape, std::size_t scalar,
                      int threads);

// Its backward: rows are hashed again, for their order is not kept, and each
// pair has five products, for neither are weights. `bytes_held` are the
// buffers'.
Cost hashed_attention_backward(const HashedShape& shape, std::size_t scalar,
                               int threads);

}  // namespace suite::formula
