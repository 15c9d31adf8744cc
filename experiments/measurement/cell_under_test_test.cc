#include "experiments/measurement/cell_under_test.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "contract/registry.h"
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

}  // namespace
}  // namespace suite
