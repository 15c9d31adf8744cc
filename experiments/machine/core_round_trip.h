// How far apart the cores are on which two threads run.
#pragma once

namespace suite {

// Seconds that a line of cache takes from one core to another and back: the
// least of many, within a twentieth of a second. 0 where only one thread is
// set. A host may move a virtual machine's cores: on an AMD EPYC 50 ns became
// 350, as when each has a third-level cache of its own. Memory's bandwidth and
// the cost of a barrier change with it.
double core_round_trip_seconds();

}  // namespace suite
