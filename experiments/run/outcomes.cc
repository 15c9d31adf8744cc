#include "experiments/run/outcomes.h"

#include <fmt/core.h>

namespace suite {

Outcomes::Outcomes(RunIdentity run, const std::string& folder, Journal& journal,
                   Progress& progress)
    : run_(std::move(run)),
      journal_(journal),
      progress_(progress),
      folder_(folder) {}

void Outcomes::measured(const Cell& cell, int repetition,
                        const Measurement& measured, const Cost& declared) {
  if (!measured.ranks.empty()) {
    if (!ranks_) ranks_ = std::make_unique<RankRows>(folder_);
    ranks_->append(run_, cell, repetition, measured.ranks);
  }
  journal_.append(
      measured_rows(run_, cell, repetition, measured, declared.parameters));
}

void Outcomes::skipped(const Cell& cell, const std::string& reason,
                       const Cost* declared) {
  journal_.append({untimed_row(run_, cell, "skipped", reason, declared)});
}

void Outcomes::failed(const Cell& cell, const std::string& reason,
                      const Cost* declared) {
  journal_.append({untimed_row(run_, cell, "failed", reason, declared)});
  progress_.clear();
  fmt::print(stderr, "failed: {}: {}\n", cell.id, reason);
}

}  // namespace suite
