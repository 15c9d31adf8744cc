#include "experiments/measurement/cell_under_test.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "contract/registry.h"
#include "primitives/threads.h"
#include "support/check.h"
#include "training/recipe.h"

namespace suite {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

// At a size where the broken contestants are broken.
Cell cell_of(const std::string& contestant) {
  Cell cell;
  cell.entry = find_contestant(contestant);
  cell.shape = {.N = 600, .C = 8};
  cell.scalar = "float";
  cell.id = contestant;
  return cell;
}

TEST(CellUnderTest, IsCheckedThenCountedThenTimed) {
  const Cell cell = cell_of("miscounts_once");
  CellUnderTest tested(cell, 1);
  EXPECT_THAT([&] { tested.count(); },
              ThrowsMessage<Error>(HasSubstr("counted before it is checked")));
  tested.check();
  EXPECT_THAT([&] { tested.time(1); },
              ThrowsMessage<Error>(HasSubstr("timed before it is counted")));
  tested.count();
  EXPECT_GT(tested.time(1).seconds, 0);
}

TEST(CellUnderTest, AWrongAnswerIsNotCounted) {
  const Cell cell = cell_of("answers_wrong");
  CellUnderTest tested(cell, 1);
  EXPECT_THROW(tested.check(), Error);
  EXPECT_THROW(tested.count(), Error);
}

TEST(CellUnderTest, AWrongCountIsNotTimed) {
  const Cell cell = cell_of("miscounts");
  CellUnderTest tested(cell, 1);
  tested.check();
  EXPECT_THROW(tested.count(), Error);
  EXPECT_THROW(tested.time(1), Error);
}

// Each forward's share of it, as a whole number, is none.
TEST(CellUnderTest, OneMiscountInManyForwardsIsFound) {
  const Cell cell = cell_of("miscounts_once");
  CellUnderTest tested(cell, 1);
  tested.check();
  tested.count();
  EXPECT_THAT([&] { tested.time(100); },
              ThrowsMessage<Error>(HasSubstr(
                  "mlp counted 1 MACs in 100 forwards: not the same in each")));
}

constexpr Phase kPhases[] = {Phase::forward, Phase::backward, Phase::update,
                             Phase::step};

// Declared and counted are compared, and so are two runs' bits.
TEST(CellUnderTest, EveryPhaseIsCheckedCountedAndTimed) {
  for (const Phase phase : kPhases) {
    for (const Keep keep : {Keep::activations, Keep::recompute}) {
      Cell cell = cell_of("perceiver");
      cell.shape = {.N = 600, .M = 9, .B = 2, .C = 8, .D = 8, .H = 2, .L = 1};
      cell.phase = phase;
      cell.keep = keep;
      cell.optimiser = parse_recipe("lamb");
      CellUnderTest tested(cell, 1);
      tested.check();
      tested.count();
      tested.warm_up();
      const Measurement measured = tested.time(3);
      EXPECT_GT(measured.seconds, 0) << name_of(phase);
      EXPECT_EQ(measured.bytes_peak, tested.declared().bytes_held);
    }
  }
}

TEST(CellUnderTest, AStepIsItsPhases) {
  Cell cell = cell_of("perceiver");
  cell.shape = {.N = 600, .M = 9, .B = 2, .C = 8, .D = 8, .H = 2, .L = 1};
  const auto macs_in = [&](Phase phase) {
    cell.phase = phase;
    return cell.declared().total().macs;
  };
  EXPECT_EQ(macs_in(Phase::step),
            macs_in(Phase::forward) + macs_in(Phase::backward));
  EXPECT_EQ(macs_in(Phase::update), 0u);
}

// One that is no number, or infinite, differs too, whatever the rounding.
TEST(CellUnderTest, AWrongGradientIsNotCounted) {
  for (const char* name : {"differentiates_wrong", "differentiates_to_nan",
                           "differentiates_to_infinity"}) {
    Cell cell = cell_of(name);
    CellUnderTest forward(cell, 1);
    forward.check();
    cell.phase = Phase::backward;
    CellUnderTest tested(cell, 1);
    EXPECT_THAT([&] { tested.check(); },
                ThrowsMessage<Error>(HasSubstr("differs from differences")))
        << name;
  }
}

// At full size alone, where nothing else is there to compare it with.
TEST(CellUnderTest, AnAnswerThatIsNotANumberIsNotCounted) {
  const Cell cell = cell_of("answers_nan");
  CellUnderTest tested(cell, 1);
  tested.check();
  EXPECT_THAT([&] { tested.count(); },
              ThrowsMessage<Error>(HasSubstr("the output is not finite")));
}

TEST(CellUnderTest, AMiscountedBackwardIsNotTimed) {
  Cell cell = cell_of("miscounts_backward");
  cell.phase = Phase::backward;
  CellUnderTest tested(cell, 1);
  tested.check();
  EXPECT_THAT([&] { tested.count(); },
              ThrowsMessage<Error>(HasSubstr("mlp counted 1 MACs")));
}

TEST(CellUnderTest, WhatCannotBeTrainedSaysWhy) {
  Cell cell = cell_of("answers_wrong");
  cell.phase = Phase::step;
  EXPECT_THAT([&] { CellUnderTest(cell, 1); },
              ThrowsMessage<Error>(HasSubstr("does not declare")));
}

TEST(CellUnderTest, WhatWasReleasedIsBuiltAgain) {
  const Cell cell = cell_of("miscounts_once");
  CellUnderTest tested(cell, 1);
  tested.check();
  tested.count();
  tested.release();
  EXPECT_EQ(tested.live(), nullptr);
  tested.warm_up();
  EXPECT_EQ(tested.time(1).bytes_peak, tested.declared().bytes_held);
}

// Whatever ran before: a warm-up with other threads would leave the making of
// their buffers to what is timed.
TEST(CellUnderTest, EachCellHasItsOwnThreads) {
  const int before = threads();
  std::vector<Cell> cells(2, cell_of("bare_perceiver"));
  std::vector<CellUnderTest> tested;
  for (int i = 0; i < 2; ++i) {
    cells[i].shape.M = 32;
    cells[i].shape.D = 16;
    cells[i].threads = i + 1;
    tested.emplace_back(cells[i], 1);
  }
  for (CellUnderTest& each : tested) {
    each.check();
    each.count();
  }
  EXPECT_NE(tested[0].declared().bytes_held, tested[1].declared().bytes_held);
  for (CellUnderTest& each : tested) {
    each.warm_up();
    const std::int64_t allocations = MemoryMeter::allocations();
    EXPECT_EQ(each.time(1).bytes_peak, each.declared().bytes_held);
    EXPECT_EQ(MemoryMeter::allocations(), allocations);
    EXPECT_EQ(threads(), each.cell().threads);
  }
  set_threads(before);
}

}  // namespace
}  // namespace suite
