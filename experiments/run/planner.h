// What a cell will take, before it is run.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "experiments/machine/calibration.h"
#include "experiments/definition/cell.h"

namespace suite {

class Planner {
 public:
  explicit Planner(const Calibrations& machine) : machine_(machine) {}

  // Seconds of one forward: products at half of the machine's peak, and each
  // byte once; corrected by what cells of the same contestant took.
  double seconds(const Cell& cell, const Cost& declared) const;

  // Learns from a measured cell. Call it in ascending order of cost.
  void learn(const Cell& cell, const Cost& declared, double seconds);

 private:
  Calibrations machine_;
  std::map<std::string, double> correction_;  // by contestant
};

}  // namespace suite
