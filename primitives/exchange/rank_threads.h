// Ranks that are threads of this process: algorithms over ranks are tested by
// them, with no other library and nothing to start.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "primitives/exchange/exchange.h"

namespace suite {

// What each rank sent by Exchange::pass(), by the copying of it.
struct Sent {
  std::uint64_t bytes = 0, messages = 0;
};

// Calls program(exchange) on `ranks` threads, each a rank with one OpenMP
// thread unless it sets more, and returns once all have ended. If one throws,
// so do the others where they wait for it, and what was thrown first comes out.
std::vector<Sent> run_ranks(int ranks,
                            const std::function<void(Exchange&)>& program);

}  // namespace suite
