// A cost as a sum of what its analysis says that it is made of.
#pragma once

#include <vector>

#include "analysis/statistics/resampling.h"

namespace suite {

struct SumOfTerms {
  std::vector<double> coefficients;  // of the terms; none below zero
  // y / fit − 1 of each cell.
  std::vector<double> residuals;
  // How far off is the worst prediction of a cell from all others?
  Bounds worst;
};

// `terms`: the columns of the basis, each with a value per cell. Residuals are
// relative. Cross-validated by leaving each cell out in turn; the interval comes
// from 500 draws.
SumOfTerms fit_sum_of_terms(const std::vector<std::vector<double>>& terms,
                     Resampling& resampling);

}  // namespace suite
