// What a model costs, from its shapes alone.
#pragma once

#include "perceiver/io/config.h"
#include "primitives/cost.h"

namespace suite {

// The work of one forward in float and the parameters of the model, built and
// walked through by a ledger that only counts: the code that runs is the code
// that is counted, and no value is computed. `bytes_held` is what its tensors
// take. Cost: milliseconds. Throws Error for a record that makes no model.
Cost count(const IoConfig& config, std::size_t batch = 1);

}  // namespace suite
