#include "primitives/buffers.h"

#include <gtest/gtest.h>

#include "primitives/memory.h"

namespace suite {
namespace {

struct Workspace {
  struct Scratch {
    Tensor<float, 1> row;
    Tensor<std::uint32_t, 1> places;
  };
  std::vector<Scratch> scratch;
  Tensor<double, 2> states;

  void lay_out(std::size_t rows, std::size_t cols, Buffers& buffers) {
    buffers.for_each_thread(scratch, [&](Scratch& each, Buffers& own) {
      own(each.row, {cols});
      own(each.places, {cols + 1});
    });
    buffers(states, {rows, cols});
  }
};

TEST(Buffers, WhatIsCountedIsWhatIsHeld) {
  for (const int threads : {1, 3}) {
    const std::uint64_t bytes = threads * (5 * 4 + 6 * 4) + 7 * 5 * 8;
    EXPECT_EQ(bytes_laid_out<Workspace>(threads, 7, 5), bytes);
    const std::int64_t before = MemoryMeter::held();
    Workspace workspace;
    Buffers buffers = Buffers::allocating(threads);
    workspace.lay_out(7, 5, buffers);
    EXPECT_EQ(buffers.bytes(), bytes);
    EXPECT_EQ(MemoryMeter::held() - before, static_cast<std::int64_t>(bytes));
    EXPECT_EQ(workspace.scratch.size(), static_cast<std::size_t>(threads));
  }
}

TEST(Buffers, ExtentsThatAreThereAlreadyAllocateNothing) {
  Workspace workspace;
  Buffers first = Buffers::allocating(2);
  workspace.lay_out(7, 5, first);
  const double* const data = workspace.states.data();
  Buffers again = Buffers::allocating(2);
  workspace.lay_out(7, 5, again);
  EXPECT_EQ(workspace.states.data(), data);
}

TEST(Buffers, CountingTouchesNoTensor) {
  Workspace workspace;
  Buffers buffers = Buffers::counting(2);
  workspace.lay_out(std::size_t{1} << 40, std::size_t{1} << 10, buffers);
  EXPECT_TRUE(workspace.scratch.empty());
  EXPECT_EQ(workspace.states.size(), Workspace().states.size());
}

}  // namespace
}  // namespace suite
