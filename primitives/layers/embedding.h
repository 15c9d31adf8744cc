// Rows of a learned table in place of tokens.
#pragma once

#include <cstdint>

#include "primitives/cost.h"
#include "primitives/tensor.h"

namespace suite {

// [batch, N]: each names a row of a table.
using Tokens = Tensor<std::int64_t, 2>;

// output[batch, N, channels] ← for each token its row of
// table[vocabulary, channels], and added to it, unless `positions` is null, the
// row of positions[at least N, channels] that is the token's place.
// Cost: no MACs; reads the tokens, a row for each and N positions, writes the
// output. Throws Error unless the extents fit and every token is a row of the
// table; then the output's values are those of before.
template <class T>
void embed(const Tokens& tokens, const Tensor<T, 2>& table,
           const Tensor<T, 2>* positions, Tensor<T, 3>& output,
           const Meter& meter);

// table_gradient[vocabulary, channels] += for each token its row of
// d_output[batch, N, channels]; and, unless it is null,
// positions_gradient[at least N, channels] += the sum over the examples.
// Cost: no MACs; reads the tokens and d_output, reads and writes a row for each
// and N positions. A row's sum runs over the tokens from first to last: the
// number of threads changes no bit. Throws Error as embed() does.
template <class T>
void embed_backward(const Tokens& tokens, const Tensor<T, 3>& d_output,
                    Tensor<T, 2>& table_gradient,
                    Tensor<T, 2>* positions_gradient, const Meter& meter);

}  // namespace suite
