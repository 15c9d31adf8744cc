// What our models count for a row of a paper's table: nothing is run.
#pragma once

#include <optional>

#include "analysis/papers/paper.h"

namespace suite {

// Of one example, in the figure's unit: parameters, FLOPs = 2·MACs + 3·logits,
// rows, channels, or an exponent. Nothing for a row without a model, and for
// what has no such thing. Cost: a model's count, milliseconds.
std::optional<double> counted(const PaperRow& row, Quantity quantity);

// What the figure is said to be instead: of the model that explains it, or by
// another way of counting. Nothing if nothing is said.
std::optional<double> explaining(const PaperRow& row, const Figure& figure);

}  // namespace suite
