// What attention costs. MACs, logits and bytes moved are the papers' arithmetic
// and not from the code: conformance demands that they equal what the ledger
// counts, exactly. Bytes of buffers are asked of the code's own layout.
#pragma once

#include "primitives/attention/attention.h"
#include "primitives/cost.h"

namespace suite::formula {

// Scores, softmax and weighted sum: batch·heads·M·N·(d_qk + d_v) MACs and
// batch·heads·M·N logits. Materialised, the M×N weights are written by the
// scores, read and written by the softmax, and read by the weighted sum.
Cost attention(const AttentionShape& shape, AttentionForm form,
               std::size_t scalar);

// The bytes that an attention of that form holds while it runs.
std::uint64_t attention_buffers(const AttentionShape& shape, AttentionForm form,
                                std::size_t scalar, int threads);

// Their backward: five products where weights are made again, four where they
// were kept. `bytes_held` are the buffers'.
Cost attention_backward(const AttentionShape& shape, AttentionForm form,
                        std::size_t scalar, int threads);

}  // namespace suite::formula
