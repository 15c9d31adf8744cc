// What attention over ranks costs. MACs, logits and bytes are arithmetic and
// not from the code: they must equal what the ledger counts, exactly. Bytes of
// buffers are asked of the code's own layout.
#pragma once

#include "primitives/attention/over_ranks/attention_over_ranks.h"
#include "primitives/cost.h"

namespace suite::formula {

// Of one use on one rank, whose tokens attend to all: scores, softmax, weighted
// sum and exchange; `own` is that of its tokens among themselves, and
// `bytes_held` the buffers'. It sends, where it has n of the N tokens, q
// channels of queries and of keys, v of values, s bytes each:
//
//   gather  s·batch·(q + v)·(n₁ + n₂ + n₄ + … + n_P/2), n_k the tokens of the
//           k ranks, from a multiple of k on, that it is one of
//   ring    s·batch·(q + v)·(N − those of the next rank)
//   heads   s·batch·((2q + v)·n·(P − 1) + v·(N − n))/P
//
// Where q = v = D and P divides N, the first two are 2·s·batch·N·D·(P−1)/P and
// the third is 4·s·batch·N·D·(P−1)/P². Throws Error for heads that ranks can't
// share.
Cost attention_over_ranks(KeyExchange how, const AttentionShape& own,
                          const InputShare& share, std::size_t scalar,
                          int threads);

}  // namespace suite::formula
