#include "experiments/run/prepared_cell.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "contract/agreement.h"
#include "support/check.h"

namespace suite {
namespace {

// A repetition of a fast cell is made of so many forwards that the clock and
// the scheduler matter little.
constexpr double kLeastRepetitionSeconds = 0.05;

}  // namespace

void check_answer(const Cell& cell, std::uint64_t seed) {
  static std::set<std::string> passed;
  const Contestant& contestant = *cell.entry.contestant;
  const Options& options = cell.entry.options;
  const Shape small = small_shape(cell.shape, contestant, options);
  std::string key = cell.entry.name() + cell.scalar;
  for (const std::string_view name : kLetters) {
    key += fmt::format("/{}", letter(small, name));
  }
  if (passed.count(key) > 0) return;
  const Agreement agreement =
      cell.scalar == "float"
          ? compare_with_oracle<float>(contestant, small, options, seed)
          : compare_with_oracle<double>(contestant, small, options, seed);
  require(agreement.holds(),
          "differs from the oracle by {:.3g} where {:.3g} is allowed, at {}",
          agreement.worst, agreement.allowed, key);
  passed.insert(key);
}

void check_measurement(PreparedCell& prepared, const Measurement& measured) {
  require(measured.finite, "the output is not finite");
  for (int part = 0; part < kParts; ++part) {
    const Work& counted = measured.counted.parts[part];
    const Work& declared = prepared.declared.parts[part];
    require(counted == declared,
            "{} counted {} MACs, {} logits and {} bytes, declared are {}, {} "
            "and {}",
            kPartNames[part], counted.macs, counted.logits, counted.bytes_moved,
            declared.macs, declared.logits, declared.bytes_moved);
  }
  require(measured.bytes_peak == prepared.declared.bytes_held,
          "held {} bytes, declared are {}", measured.bytes_peak,
          prepared.declared.bytes_held);
  require(prepared.output_hash.value_or(measured.output_hash) ==
              measured.output_hash,
          "two forwards of the same input differ");
  prepared.output_hash = measured.output_hash;
}

void first_forward(PreparedCell& prepared) {
  prepared.live->start();
  prepared.live->forward();
  const Measurement measured = prepared.live->stop();
  check_measurement(prepared, measured);
  prepared.forward_seconds = measured.seconds;
  prepared.iterations = std::max<std::int64_t>(
      1, std::llround(kLeastRepetitionSeconds / measured.seconds));
}

}  // namespace suite
