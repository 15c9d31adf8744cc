// φ of attention by features: what is taken of queries and keys, each value or
// head for itself.
#pragma once

#include "primitives/cost.h"
#include "primitives/tensor.h"

namespace suite {

// output ← elu(input) + 1, which is x + 1 above 0 and e^x below (Katharopoulos et
// al. 2020, §3.2.1). [batch, rows, channels], resized to fit. Cost: each value
// read and written once.
template <class T>
void elu_plus_one(const BatchView<const T>& input, Tensor<T, 3>& output,
                  const Meter& meter);

// Whose largest exponent is taken off before e is raised to it: features stay
// finite, and attention, where it cancels, the same.
enum class Shift {
  of_each_row,  // for queries
  of_all_rows,  // for keys: of an example's head, hidden rows left out
};

// output[batch, N, heads·m] ← positive features e^(ω·x' − |x'|²/2 − shift)/√m of
// x' = x/d^¼, for each of the m directions ω[m, d] and each head's d channels
// (Choromanski et al. 2021, Lemma 1). Their products estimate e^(q·k/√d) without
// bias, up to the shifts.
// Cost: N·m·d MACs a head; the features are read and written once more.
template <class T>
void positive_features(const BatchView<const T>& input,
                       const Tensor<T, 2>& directions, std::size_t heads,
                       const Mask& mask, Shift shift, Tensor<T, 3>& output,
                       const Meter& meter);

}  // namespace suite
