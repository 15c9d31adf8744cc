#include "primitives/tensor.h"

#include <gtest/gtest.h>
#include <omp.h>

#include <cstdint>
#include <new>

#include "primitives/testing.h"

namespace suite {
namespace {

template <class T>
class TensorTest : public testing::Test {};
TYPED_TEST_SUITE(TensorTest, Scalars, ScalarNames);

TYPED_TEST(TensorTest, AViewsRowsAreAStrideApart) {
  std::vector<TypeParam> values(100);
  const MatrixView<TypeParam> view{values.data(), 7, 5, 11};
  for (std::size_t r = 0; r < view.rows; ++r) {
    EXPECT_EQ(view.row(r), values.data() + r * 11);
  }
}

TYPED_TEST(TensorTest, PartsOfAViewKeepItsStride) {
  std::vector<TypeParam> values(100);
  const MatrixView<TypeParam> view{values.data(), 7, 5, 11};
  const auto part = view.columns(1, 3).row_range(2, 4);
  EXPECT_EQ(part.rows, 4u);
  EXPECT_EQ(part.cols, 3u);
  EXPECT_EQ(part.stride, 11u);
  EXPECT_EQ(part.data, values.data() + 2 * 11 + 1);
  const auto same = view.row_range(2, 4).columns(1, 3);
  EXPECT_EQ(same.data, part.data);
  EXPECT_EQ(same.rows, part.rows);
  EXPECT_EQ(same.cols, part.cols);
}

TYPED_TEST(TensorTest, AViewOfConstantsSeesTheSame) {
  std::vector<TypeParam> values(100);
  const MatrixView<TypeParam> view{values.data(), 7, 5, 11};
  const MatrixView<const TypeParam> constant = view;
  EXPECT_EQ(constant.data, view.data);
  EXPECT_EQ(constant.rows, view.rows);
  EXPECT_EQ(constant.cols, view.cols);
  EXPECT_EQ(constant.stride, view.stride);
}

TYPED_TEST(TensorTest, AMatrixIsAllOfItsTensor) {
  for (const std::size_t rows : kOddExtents) {
    Tensor<TypeParam, 2> tensor;
    tensor.resize({rows, rows + 3});
    const auto& constant = tensor;
    for (std::size_t r = 0; r < rows; ++r) {
      EXPECT_EQ(matrix(tensor).row(r), &tensor(r, 0));
      EXPECT_EQ(matrix(constant).row(r), &tensor(r, 0));
    }
    EXPECT_EQ(matrix(tensor).rows, rows);
    EXPECT_EQ(matrix(constant).cols, rows + 3);
  }
}

TYPED_TEST(TensorTest, ExamplesFollowOneAnotherInAllRows) {
  for (const std::size_t rows : kOddExtents) {
    Tensor<TypeParam, 3> tensor;
    tensor.resize({3, rows, 5});
    const auto& constant = tensor;
    EXPECT_EQ(all_rows(tensor).rows, 3 * rows);
    EXPECT_EQ(all_rows(constant).cols, 5u);
    for (std::size_t b = 0; b < 3; ++b) {
      EXPECT_EQ(example(tensor, b).rows, rows);
      EXPECT_EQ(example(constant, b).cols, 5u);
      for (std::size_t r = 0; r < rows; ++r) {
        EXPECT_EQ(all_rows(tensor).row(b * rows + r), &tensor(b, r, 0));
        EXPECT_EQ(all_rows(constant).row(b * rows + r), &tensor(b, r, 0));
        EXPECT_EQ(example(tensor, b).row(r), &tensor(b, r, 0));
        EXPECT_EQ(example(constant, b).row(r), &tensor(b, r, 0));
      }
    }
  }
}

TYPED_TEST(TensorTest, BytesCountEveryValue) {
  Tensor<TypeParam, 3> tensor;
  tensor.resize({3, 5, 7});
  EXPECT_EQ(bytes_of(tensor), 105 * sizeof(TypeParam));
  EXPECT_EQ(bytes_of(Tensor<TypeParam, 3>()), sizeof(TypeParam) * 0);
}

TYPED_TEST(TensorTest, LiveTensorsAreHeldToTheByte) {
  const std::int64_t before = MemoryMeter::held();
  {
    Tensor<TypeParam, 1> a;
    a.resize({613});
    const std::int64_t one = 613 * sizeof(TypeParam);
    EXPECT_EQ(MemoryMeter::held() - before, one);
    const Tensor<TypeParam, 1> b = a;
    EXPECT_EQ(MemoryMeter::held() - before, 2 * one);
    const Tensor<TypeParam, 1> c = std::move(a);
    EXPECT_EQ(MemoryMeter::held() - before, 2 * one);
  }
  EXPECT_EQ(MemoryMeter::held(), before);
}

TYPED_TEST(TensorTest, ResizingToTheSameShapeAllocatesNothing) {
  Tensor<TypeParam, 3> tensor;
  tensor.resize({3, 5, 7});
  const auto* data = tensor.data();
  const std::int64_t before = MemoryMeter::allocations();
  tensor.resize({3, 5, 7});
  EXPECT_EQ(MemoryMeter::allocations(), before);
  EXPECT_EQ(tensor.data(), data);
  tensor.resize({3, 5, 8});
  EXPECT_EQ(MemoryMeter::allocations(), before + 1);
}

TYPED_TEST(TensorTest, EveryTensorBeginsAtACacheLine) {
  for (const std::size_t extent : kOddExtents) {
    Tensor<TypeParam, 1> tensor;
    tensor.resize({extent});
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(tensor.data()) % 64, 0u);
  }
}

TEST(MemoryMeter, ThePeakStaysUntilItIsReset) {
  const std::int64_t before = MemoryMeter::held();
  MemoryMeter::reset_peak();
  EXPECT_EQ(MemoryMeter::peak(), before);
  void* large = allocate_metered(1000);
  deallocate_metered(large, 1000);
  void* small = allocate_metered(10);
  EXPECT_EQ(MemoryMeter::held(), before + 10);
  EXPECT_EQ(MemoryMeter::peak(), before + 1000);
  MemoryMeter::reset_peak();
  EXPECT_EQ(MemoryMeter::peak(), before + 10);
  deallocate_metered(small, 10);
  EXPECT_EQ(MemoryMeter::peak(), before + 10);
}

TEST(MemoryMeter, EachAllocationCountsOnce) {
  const std::int64_t before = MemoryMeter::allocations();
  for (const std::size_t bytes : {1, 63, 64, 65}) {
    deallocate_metered(allocate_metered(bytes), bytes);
  }
  EXPECT_EQ(MemoryMeter::allocations(), before + 4);
}

TEST(MemoryMeter, GivingBackNothingChangesNothing) {
  const std::int64_t before = MemoryMeter::held();
  deallocate_metered(nullptr, 100);
  EXPECT_EQ(MemoryMeter::held(), before);
}

// Buffers of threads are allocated side by side. So many, that threads which a
// busy machine lets run one after another meet all the same.
TEST(MemoryMeter, LosesNothingToOtherThreads) {
  constexpr int kThreads = 4, kTimes = 400000;
  const std::int64_t held = MemoryMeter::held();
  const std::int64_t allocations = MemoryMeter::allocations();
  MemoryMeter::reset_peak();
#pragma omp parallel num_threads(kThreads)
  {
#pragma omp barrier
    for (int i = 0; i < kTimes; ++i) {
      deallocate_metered(allocate_metered(10), 10);
    }
    void* last = allocate_metered(100);
#pragma omp barrier
    deallocate_metered(last, 100);
  }
  EXPECT_EQ(MemoryMeter::held(), held);
  EXPECT_EQ(MemoryMeter::allocations(), allocations + kThreads * (kTimes + 1));
  EXPECT_EQ(MemoryMeter::peak(), held + kThreads * 100);
}

// What tests hold answers against each other with.
TYPED_TEST(TensorTest, AnAnswerThatIsNoNumberIsInfinitelyFar) {
  using T = TypeParam;
  const naive::Matrix expected(2, 3);
  for (std::size_t at = 0; at < 6; ++at) {
    std::vector<T> actual(6);
    actual[at] = std::numeric_limits<T>::quiet_NaN();
    EXPECT_EQ(max_difference(expected, MatrixView<T>{actual.data(), 2, 3, 3}),
              std::numeric_limits<double>::infinity());
    actual[at] = 3;
    actual[0] -= 1;
    EXPECT_EQ(max_difference(expected, MatrixView<T>{actual.data(), 2, 3, 3}),
              at == 0 ? 2 : 3);
  }
}

TEST(MemoryMeter, WhatIsRefusedIsNotCounted) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "sanitizers end a program that asks for so much";
#endif
  const std::int64_t held = MemoryMeter::held();
  const std::int64_t allocations = MemoryMeter::allocations();
  EXPECT_THROW(allocate_metered(std::size_t{1} << 60), std::bad_alloc);
  EXPECT_EQ(MemoryMeter::held(), held);
  EXPECT_EQ(MemoryMeter::allocations(), allocations);
}

TEST(MemoryMeter, SizesThatWouldWrapAreRefused) {
  EXPECT_THROW(allocate_metered(SIZE_MAX), std::bad_alloc);
  EXPECT_THROW(MeteredAllocator<double>().allocate(SIZE_MAX / 4),
               std::bad_alloc);
}

TEST(Require, ThrowsItsMessageUnlessItHolds) {
  EXPECT_NO_THROW(require(true, "{} is wrong", 7));
  try {
    require(false, "N = {}: allowed are {} and {}", 7, "8", 9.5);
    FAIL() << "it did not throw";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "N = 7: allowed are 8 and 9.5");
  }
}

}  // namespace
}  // namespace suite
