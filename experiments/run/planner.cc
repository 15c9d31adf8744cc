#include "experiments/run/planner.h"

namespace suite {
namespace {

double first_guess(const Calibration& machine, const Cost& declared) {
  const Work work = declared.total();
  return 2 * static_cast<double>(work.macs) /
             (machine.gemm_flops_per_second / 2) +
         static_cast<double>(work.bytes_moved) / machine.bytes_per_second;
}

}  // namespace

double Planner::seconds(const Cell& cell, const Cost& declared) const {
  const auto found = correction_.find(cell.label());
  const double correction = found == correction_.end() ? 1 : found->second;
  return correction * first_guess(machine_.at(cell.threads), declared);
}

void Planner::learn(const Cell& cell, const Cost& declared, double seconds) {
  const double guess = first_guess(machine_.at(cell.threads), declared);
  if (guess > 0) correction_[cell.label()] = seconds / guess;
}

}  // namespace suite
