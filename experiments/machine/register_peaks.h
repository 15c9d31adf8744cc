// The arithmetic peaks of the machine, out of its registers.
#pragma once

#include <string>

namespace suite {

// With as many threads as are set, each on a core; `scalar` is "float" or
// "double". The best of several: about 0.2 s each.
double fma_flops_per_second(const std::string& scalar);  // 2 a multiply-add
double exponentials_per_second(const std::string& scalar);

}  // namespace suite
