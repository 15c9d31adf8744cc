// How a published figure stands to ours. Computed, never typed: a reason that a
// paper's data gives is used only where the figures differ.
#pragma once

#include <optional>
#include <string>

#include "analysis/papers/paper.h"
#include "analysis/papers/printed.h"

namespace suite {

// Of a counted figure: "agrees to the digit", "within 1 %", "published figure
// inconsistent: " and why, or "differs: unexplained". `explaining` is what the
// figure is said to be instead; if it is not that either, nothing is explained.
std::string verdict(const Figure& figure, std::optional<double> ours,
                    std::optional<double> explaining);

// Of a measured ratio, whose machine and whose work are others: is the same one
// ahead, by more than 5 %?
std::string ratio_verdict(double published, double ours);

}  // namespace suite
