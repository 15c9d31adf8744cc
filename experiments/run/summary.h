// What a person sees at the end of a run.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "experiments/definition/cell.h"
#include "experiments/rows/record.h"

namespace suite {

// A table for each sweep and count of threads: time, ratio to the first
// contestant, MACs, peak bytes, and the share of `gemm_flops_per_second`
// reached, which is given by threads; then what remains of the ratio of costs
// in attention alone and in the whole model.
std::string summary(const Definition& definition,
                    const std::vector<Cell>& cells,
                    const std::vector<Record>& rows,
                    const std::map<int, double>& gemm_flops_per_second);

}  // namespace suite
