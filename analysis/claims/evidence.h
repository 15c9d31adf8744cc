// The numbers of a run that a claim is about.
#pragma once

#include <string>
#include <vector>

#include "analysis/claims/claim.h"
#include "analysis/runs/run.h"
#include "experiments/definition/definition.h"

namespace suite {

// What a definition's cells cost by their declared formulas: a run whose cells
// have counts and no times. Conformance proves that counting agrees. Beside
// those of the plain program there are those of rank 0 over so many ranks as
// the definition says, and over `ranks`, which are the run's.
Run counted_run(const Definition& definition, int ranks = 0);

// One place where a claim looks: the values of its subject there, less those
// taken off. A count is a single value.
struct Point {
  double x = 0;                    // the variable's value
  std::vector<double> values;      // one a repetition
  std::vector<double> taken_off;   // empty if nothing is
  std::map<std::string, std::uint64_t> dimensions;
};

struct Evidence {
  std::vector<Point> points;  // by x
  std::string lacks;          // why it is not enough, or nothing
};

// The subject's values at every value of `variable` that the run has, with all
// other dimensions as in `where`, else as in the definition's base; over as
// many ranks as `where` says, else as the run. With an empty variable: in every
// cell of the contestant that `where` allows.
Evidence gather(const Claim& claim, const Subject& subject, const Run& run,
                const Definition& definition);

}  // namespace suite
