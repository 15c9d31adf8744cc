#include "experiments/measurement/cell_under_test.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "contract/registry.h"
#include "primitives/threads.h"
#include "support/check.h"

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
