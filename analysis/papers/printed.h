// Numbers as papers print them: "173.1 B", "50,176", "0.7 ms".
#pragma once

#include <string>
#include <string_view>

namespace suite {

struct Printed {
  double value = 0;    // 173.1e9
  double unit = 1;     // 1e9
  int decimals = 0;    // 1
  std::string suffix;  // " B"

  // Another number in the same unit and with as many digits.
  std::string alike(double other) const;
  // With a digit more, unless it is whole where whole numbers are printed.
  std::string closer(double other) const;
  // Is it the printed one, once rounded to the printed digits?
  bool agrees(double other) const;
};

// Throws Error for text that is no number with a unit among those allowed.
Printed printed(std::string_view text);

}  // namespace suite
