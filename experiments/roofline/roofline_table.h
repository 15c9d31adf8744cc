// Each part of a forward against its bound, for people and for programs.
#pragma once

#include <string>
#include <vector>

#include "experiments/roofline/roofs.h"

namespace suite {

struct MeasuredForward {
  std::string id;      // of the cell
  Cost cost;           // counted, with the seconds of each part
  double seconds = 0;  // of all of it
};

struct RooflineRow {
  std::string part;
  Work work;  // with its seconds
  Bound bound;

  // What the bound allows over what it took. Above 1 for bytes that were still
  // in a cache.
  double share_of_bound() const;
  // Speed of its MACs over BLAS's; 0 without MACs.
  double share_of_gemm(const Roofs& roofs) const;
};

// The parts that did something, in the ledger's order, then "total". Parts
// follow one another: the total's bound is the sum of theirs.
std::vector<RooflineRow> roofline_rows(const MeasuredForward& forward,
                                       const Roofs& roofs);

// A table with its heading; `gemm` is what BLAS calls its product: "sgemm".
std::string roofline_text(const MeasuredForward& forward, const Roofs& roofs,
                          const std::string& gemm);

std::string roofline_csv_header();

// One line a row, with the roofs that it was judged by; what cannot be said is
// an empty field.
std::string roofline_csv(const std::vector<MeasuredForward>& forwards,
                         const Roofs& roofs);

}  // namespace suite
