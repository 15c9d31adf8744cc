// Declared costs are products of a shape's letters, in 64 bits. Those of a
// shape that is too large would wrap: to small numbers that look like others.
#pragma once

#include <functional>

#include "contract/shape.h"
#include "primitives/cost.h"

namespace suite {

using DeclaredCost = std::function<Cost(const Shape&)>;

// What `declared` says of `shape`. Throws Error if that may exceed 2^63, and
// what `declared` throws.
Cost checked_cost(const Shape& shape, const DeclaredCost& declared);

}  // namespace suite
