// Small square matrices, one for each head of each example, [batch·heads, m, m]:
// weights between landmarks, and their pseudo-inverses.
#pragma once

#include "primitives/attention/attention_inputs.h"
#include "primitives/buffers.h"
#include "primitives/cost.h"
#include "primitives/tensor.h"

namespace suite {

// output[batch, segments, channels] ← means over segments of the rows, near-equal
// and in order, hidden rows left out; zeros where all are. Throws Error for more
// segments than rows. Cost: each input read once.
template <class T>
void segment_means(const BatchView<const T>& input, const Mask& mask,
                   std::size_t segments, Tensor<T, 3>& output,
                   const Meter& meter);

// weights[batch·heads, m, m] ← softmax(queries·keysᵀ/√d), of [batch, m, heads·d].
// Cost: as attention's scores and softmax.
template <class T>
void head_weights(const Tensor<T, 3>& queries, const Tensor<T, 3>& keys,
                  std::size_t heads, Tensor<T, 3>& weights, Ledger& ledger);

// output[batch, m, heads·d] ← matrices[batch·heads, m, m] times each head's part of
// input[batch, m, heads·d]. Cost: batch·heads·m²·d MACs.
template <class T>
void multiply_heads(const Tensor<T, 3>& matrices, const Tensor<T, 3>& input,
                    Tensor<T, 3>& output, const Meter& meter);

// Pseudo-inverses by Z ← ¼Z(13I − AZ(15I − AZ(7I − AZ))) from Aᵀ/(|A|₁·|A|∞)
// (Xiong et al. 2021, §3.2, after Razavi et al. 2014).
template <class T>
class PseudoInverse {
 public:
  // inverses[count, m, m] ← of matrices[count, m, m]. The bits don't depend on
  // the number of threads. Cost: count·iterations·4·m³ MACs.
  void forward(const Tensor<T, 3>& matrices, std::size_t iterations,
               Tensor<T, 3>& inverses, const Meter& meter);

  void lay_out(std::size_t m, Buffers& buffers);

 private:
  Tensor<T, 4> scratch_;  // [threads, 3, m, m]
};

}  // namespace suite
