// Softmax over rows that exist in memory.
#pragma once

#include <cstdint>

#include "primitives/cost.h"
#include "primitives/tensor.h"

namespace suite {

// Each row of logits[rows, cols] becomes its softmax. Columns whose `valid`
// (cols values, or null for all) is 0 get weight 0; a row without a valid
// column becomes zeros. Cost: rows·cols logits, each read and written once.
template <class T>
void softmax_rows(MatrixView<T> logits, const std::uint8_t* valid,
                  const Meter& meter);

}  // namespace suite
