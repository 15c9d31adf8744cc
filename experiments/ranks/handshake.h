// Before anything is run, ranks find out whether they are alike.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "primitives/exchange/exchange.h"

namespace suite {

// What ranks must have in common: a name, as messages have it, and a value.
using Identity = std::vector<std::pair<std::string, std::string>>;

// Where a rank runs, and the CPUs that it may use there.
struct Place {
  std::string host;
  std::vector<int> cpus;
};
Place this_place();

// All ranks call it. Throws the same Error on each unless all have the identity
// of rank 0, naming who differs, where and in what:
//   "rank 2 on node7 differs from rank 0 on node1 in the definition and the
//   CPU"
void require_alike(Exchange& exchange, const Identity& mine,
                   const std::string& host);

// The same for places. Throws unless each rank has a CPU for each of its
// threads that no other rank uses.
void require_room(Exchange& exchange, const Place& mine, int threads);

}  // namespace suite
