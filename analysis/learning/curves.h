// What a learning run wrote, read back: a curve is a learner with one seed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace suite {

// A look at a learner, at one step, on one split.
struct CurvePoint {
  std::uint64_t step = 0;
  double seconds = 0;  // of training so far
  double macs = 0;     // of training so far
  double loss = 0;
  double accuracy = 0;
  std::optional<double> train_loss;  // mean since the look before, if any
  std::optional<double> latent_information;  // in nats, where there are latents
};

struct Curve {
  std::string experiment, run_id, definition_sha256;
  std::string learner;  // its id
  std::uint64_t seed = 0;
  int threads = 0;
  std::uint64_t parameters = 0;
  std::vector<CurvePoint> held_out;  // by step, from step 0 on
  std::optional<CurvePoint> train, test;  // at the end
  std::string failure;  // what went wrong; empty: nothing

  // Seconds of training until the first look at held-out examples that found an
  // accuracy of at least that.
  std::optional<double> seconds_to(double accuracy) const;
};

// All curves of FOLDER/curves.csv, or of curves.csv.gz, in the order of their
// first rows. A last line that was cut is left out. Throws Error with file and
// line for another header, another schema, and a row with too few or too many
// fields or no number where one must be.
std::vector<Curve> read_curves(const std::string& folder);

}  // namespace suite
