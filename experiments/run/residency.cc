#include "experiments/run/residency.h"

namespace suite {

void bring_to_life(CellUnderTest& tested, std::vector<PlannedCell>& others,
                   std::uint64_t memory) {
  if (tested.live()) return;
  std::uint64_t held = tested.declared().bytes_held;
  for (const PlannedCell& other : others) {
    if (other.tested.live()) held += other.tested.live()->bytes();
  }
  for (PlannedCell& other : others) {
    if (held <= memory) break;
    if (!other.tested.live()) continue;
    held -= other.tested.live()->bytes();
    other.tested.release();
  }
  tested.build();
}

}  // namespace suite
