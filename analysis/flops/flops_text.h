// Tables of FLOPs, for a reader and for a machine.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/flops/flops_table.h"

namespace suite {

// "67.1 M", "1.07 B", "0.524 M": three digits; M, B, T, P, E are 10^6, 10^9,
// 10^12, 10^15, 10^18. Whole numbers below 100,000 stand as they are.
std::string short_count(std::uint64_t count);

// One section a table; FLOPs as short_count, or to the last digit if `exact`.
// The tables differ in M alone. Cost: linear in their number. No errors.
std::string flops_text(const std::vector<FlopsTable>& tables, bool exact);

// One row a number, with a header: the dimensions, then counting, part, scope
// (cross, self, block, perceiver, layer, transformer, reduction), unit (flops
// or ratio) and value. Cost: linear in their number. No errors.
std::string flops_csv(const std::vector<FlopsTable>& tables);

}  // namespace suite
