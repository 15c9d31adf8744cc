// One machine's share of a sweep over a cluster.
#pragma once

#include <string>

namespace suite {

// Of each cell the repetitions whose number leaves `index` when it is divided
// by `of`. Cells are not shared out: a machine's speed cancels in ratios and
// exponents only where it has measured all that they are made of.
struct Shard {
  int index = 0, of = 1;

  // How many of the numbers below `repetitions` are its own.
  int count(int repetitions) const {
    return (repetitions - index + of - 1) / of;
  }
};

// "2/8": the third of eight. Throws Error for any other text, naming `option`.
Shard shard_from(const std::string& option, const std::string& text);

}  // namespace suite
