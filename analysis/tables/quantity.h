// Numbers as a reader wants them.
#pragma once

#include <string>
#include <string_view>

#include "support/interval.h"

namespace suite {

// "3.226 ms", "84.1 M", "0 B": with an SI prefix and `digits` of the number.
// What is not finite is "-".
std::string si(double value, std::string_view unit, int digits);

// "15.34", with `digits` of the number; "-" for what is not finite.
std::string digits_of(double value, int digits);

// "0.973 … 1.021"; "unknown" for an interval without ends.
std::string ends_of(const Interval& interval, int digits);

// Half the interval's width relative to its estimate, as "1.3 %"; "-" for an
// interval without ends. It is that of a factor: the interval is from
// estimate/(1 + p) to estimate·(1 + p).
std::string half_width(const Interval& interval);

}  // namespace suite
