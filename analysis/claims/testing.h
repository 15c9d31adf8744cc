// Runs made up for tests of verdicts: what is true of them is known.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "analysis/claims/verdict.h"
#include "analysis/statistics/synthetic.h"

namespace suite {

inline constexpr char kDefinition[] = R"(
shows = "Made up."
contestants = ["bare_perceiver", "bare_transformer"]
[base]
N = 1024
M = 64
D = 32
L = 0
)";

inline Definition definition() {
  return parse_definition("made_up.toml", kDefinition);
}

inline MeasuredCell cell_of(const std::string& contestant, std::uint64_t n,
                            std::uint64_t layers, std::vector<double> seconds) {
  MeasuredCell cell;
  cell.contestant = contestant;
  cell.dimensions = {{"N", n},  {"B", 1}, {"C", 32},
                     {"D", 32}, {"H", 1}, {"batch", 1}};
  if (contestant == "bare_perceiver") {
    cell.dimensions["M"] = 64;
    cell.dimensions["L"] = layers;
  }
  cell.id = contestant + "/N=" + std::to_string(n);
  cell.status = "ok";
  cell.parts["total"].seconds = std::move(seconds);
  return cell;
}

// bare_perceiver at N = 1024 … 65536, each y with 2 % of noise.
inline Run run_of(const std::function<double(double)>& law,
                  const std::string& contestant = "bare_perceiver",
                  std::uint64_t layers = 0, std::uint64_t seed = 5) {
  suite::Run run;
  run.experiment = "made_up";
  Random random(seed);
  for (std::uint64_t n = 1024; n <= 65536; n *= 2) {
    const auto noise =
        noisy({law(static_cast<double>(n))}, 7, Noise::normal, 0.02, random);
    run.cells.push_back(cell_of(contestant, n, layers, noise.front()));
  }
  return run;
}

// One value a cell, and no noise.
inline Run exact_run(const std::vector<std::uint64_t>& sizes,
                     const std::function<double(double)>& law,
                     const std::string& contestant = "bare_perceiver",
                     std::uint64_t layers = 0) {
  suite::Run run;
  for (const std::uint64_t n : sizes) {
    run.cells.push_back(
        cell_of(contestant, n, layers, {law(static_cast<double>(n))}));
  }
  return run;
}

inline void append(Run& run, const Run& more) {
  run.cells.insert(run.cells.end(), more.cells.begin(), more.cells.end());
}

inline Claim claim_of(ClaimKind kind, double value, double tolerance) {
  Claim claim;
  claim.id = "made_up";
  claim.kind = kind;
  claim.subject.contestant = "bare_perceiver";
  claim.quantity = "seconds";
  claim.variable = "N";
  claim.value = value;
  claim.tolerance = tolerance;
  claim.expected = "SUPPORTED";
  return claim;
}

inline std::string answer(const Claim& claim, const Run& run) {
  return std::string(name_of(judge(claim, run, definition()).answer));
}

inline std::string reason(const Claim& claim, const Run& run) {
  const Verdict verdict = judge(claim, run, definition());
  EXPECT_EQ(name_of(verdict.answer), "INCONCLUSIVE") << verdict.reason;
  return verdict.reason;
}

inline double linear(double n) { return 1e-3 + 1e-6 * n; }
inline double quadratic(double n) { return 1e-10 * n * n; }
inline double constant(double) { return 1e-3; }

}  // namespace suite
