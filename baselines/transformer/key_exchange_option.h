// The option of what runs over ranks: how its attention does.
#pragma once

#include "contract/options.h"
#include "primitives/attention/over_ranks/attention_over_ranks.h"

namespace suite {

// `exchange`: it matters over ranks alone.
inline OptionSpec key_exchange_option() {
  return choice("exchange", {"gather", "ring", "heads"},
                "How do ranks get each other's keys and values?");
}

}  // namespace suite
