#include "experiments/measurement/cell_under_test.h"

#include <algorithm>
#include <cmath>

#include "support/check.h"

namespace suite {
namespace {

// A repetition of a fast cell is made of so many forwards that the clock and
// the scheduler matter little.
constexpr double kLeastRepetitionSeconds = 0.05;

// Cells slower than this are not warmed up again before each repetition.
constexpr double kWarmUpSeconds = 0.1;

}  // namespace

CellUnderTest::CellUnderTest(const Cell& cell, std::uint64_t seed, Crew& crew)
    : cell_(&cell), seed_(seed), crew_(&crew), declared_(cell.declared()) {}

void CellUnderTest::check() {
  crew_->check(*cell_, seed_);
  stage_ = Stage::checked;
}

void CellUnderTest::build() {
  if (live_) return;
  live_ = crew_->make_live(*cell_, seed_);
  is_new_ = true;
}

void CellUnderTest::count() {
  require(stage_ != Stage::declared, "{} is counted before it is checked",
          cell_->id);
  build();
  live_->start();
  live_->run();
  is_new_ = false;
  const Measurement measured = live_->stop();
  accept(measured);
  forward_seconds_ = measured.seconds;
  iterations_ = std::max<std::int64_t>(
      1, std::llround(kLeastRepetitionSeconds / measured.seconds));
  stage_ = Stage::counted;
}

double CellUnderTest::repetition_seconds() const {
  return forward_seconds_ * static_cast<double>(iterations_);
}

double CellUnderTest::warm_up_seconds() const {
  return is_fast() ? forward_seconds_ : 0;
}

bool CellUnderTest::is_fast() const {
  return forward_seconds_ < kWarmUpSeconds;
}

void CellUnderTest::warm_up() {
  build();
  // Its buffers are made and their pages touched before anything is timed.
  if (is_new_ || is_fast()) {
    live_->start();  // the cell before may have had other threads
    live_->run();
  }
  is_new_ = false;
}

Measurement CellUnderTest::time(const std::function<bool()>& keep_running,
                                const std::function<void(double)>& report) {
  require(stage_ == Stage::counted, "{} is timed before it is counted",
          cell_->id);
  build();
  live_->start();
  while (keep_running()) report(live_->run());
  const Measurement measured = live_->stop();
  accept(measured);
  return measured;
}

Measurement CellUnderTest::time(std::int64_t forwards) {
  return time([&] { return forwards-- > 0; }, [](double) {});
}

void CellUnderTest::accept(const Measurement& measured) {
  require(measured.finite, "the output is not finite");
  for (int part = 0; part < kParts; ++part) {
    const Work& counted = measured.counted.parts[part];
    const Work& declared = declared_.parts[part];
    require(counted == declared,
            "{} counted {} MACs, {} logits and {} bytes, declared are {}, {} "
            "and {}",
            kPartNames[part], counted.macs, counted.logits, counted.bytes_moved,
            declared.macs, declared.logits, declared.bytes_moved);
  }
  require(measured.bytes_peak == declared_.bytes_held,
          "held {} bytes, declared are {}", measured.bytes_peak,
          declared_.bytes_held);
  require(output_hash_.value_or(measured.output_hash) == measured.output_hash,
          "two forwards of the same input differ");
  output_hash_ = measured.output_hash;
}

}  // namespace suite
