#include "perceiver/io/output_share.h"

#include <algorithm>

#include "support/check.h"

namespace suite {
namespace {

// As many ranks as this should find a chunk each, where outputs are many …
constexpr std::size_t kChunksWanted = 32;
// … in chunks that make products worth their while, and stay in cache.
constexpr std::size_t kFewestQueries = 64, kMostQueries = 1024;

std::size_t divided_up(std::size_t all, std::size_t by) {
  return (all + by - 1) / by;
}

}  // namespace

OutputShare output_share(std::size_t outputs, std::size_t rank,
                         std::size_t ranks) {
  require(outputs > 0 && rank < ranks,
          "{} outputs for rank {} of {}: there must be at least 1", outputs,
          rank, ranks);
  const std::size_t chunks = divided_up(
      outputs, std::clamp(outputs / kChunksWanted, kFewestQueries, kMostQueries));
  const std::size_t chunk = divided_up(outputs, chunks);
  const auto first = [&](std::size_t of) {
    return std::min(outputs, of * chunks / ranks * chunk);
  };
  return {first(rank), first(rank + 1) - first(rank), chunk};
}

}  // namespace suite
