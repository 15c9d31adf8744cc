// A sine of the suite's own: libraries' differ in the last bit from machine to
// machine.
#pragma once

namespace suite {

// sin 2πx within 1e-13, for |x| below 2^40; the same bits everywhere.
double sine_of_turns(double x);

}  // namespace suite
