// What the steps of streaming attention took and made: gathered on each thread,
// booked once.
#pragma once

#include "primitives/attention/attention_inputs.h"
#include "primitives/cost.h"
#include "primitives/ticks.h"

namespace suite {

// The exponentials are made within the scores: their time can't be told apart.
struct AttentionSteps {
  Ticks scores = 0, weighted_sum = 0;
  std::size_t pairs = 0;  // of a query and a key that met

  AttentionSteps& operator+=(const AttentionSteps& other);
};

// Books steps that were summed over all threads. `keys_read` is how many keys,
// and as many values, came from memory, of all examples together.
void book_attention(const AttentionSteps& steps, const AttentionShape& shape,
                    std::size_t keys_read, std::size_t scalar,
                    const TickScale& scale, Ledger& ledger);

// How many products a backward makes with keys and with values. One less of
// each where their gradients are not asked for.
struct BackwardProducts {
  std::uint64_t keys = 3, values = 2;
};

// The same of a backward, whose operands and their gradients are read or
// written once.
void book_attention_backward(const AttentionSteps& steps,
                             const AttentionShape& shape, std::size_t keys_read,
                             std::size_t scalar, const TickScale& scale,
                             Ledger& ledger, const BackwardProducts& made = {});

}  // namespace suite
