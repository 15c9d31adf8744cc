// How long a gradient is, and how much of it a step takes.
#pragma once

#include "contract/encoder.h"
#include "primitives/cost.h"

namespace suite {

// What an update multiplies the gradient with, in its own pass.
struct Clip {
  double norm = 0;  // of the gradient, before
  double factor = 1;
};

// Clips by the global norm (Pascanu et al. 2013, Algorithm 1): over all
// parameters together, factor = most/norm where norm > most and 1 elsewhere.
// The gradient itself is left as it is. `most` may be infinite: then the
// gradient is only looked at. The norm is summed in double and has the same
// bits for every number of threads. Cost: reads the gradient once, as
// Part::update. Throws Error unless most > 0, for the first value that is NaN
// or infinite, naming its parameter and index, and for a norm beyond double.
// Where the ledger only counts, the answer is Clip().
template <class T>
Clip clip_by_global_norm(Encoder<T>& gradient, double most, Ledger& ledger);

}  // namespace suite
