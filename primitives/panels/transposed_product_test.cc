// The product along rows against naive loops, and what else gradients of
// weights need.
#include "primitives/panels/transposed_product.h"

#include <gtest/gtest.h>

#include "primitives/testing.h"
#include "primitives/threads.h"

namespace suite {
namespace {

template <class T>
class TransposedProductTest : public testing::Test {
 protected:
  ~TransposedProductTest() override { set_threads(threads_); }

 private:
  int threads_ = threads();
};
TYPED_TEST_SUITE(TransposedProductTest, Scalars, ScalarNames);

TYPED_TEST(TransposedProductTest, AddsToWhatIsThere) {
  using T = TypeParam;
  for (const std::size_t rows : {1, 7, 193, 613}) {
    for (const std::size_t left : {1, 9, 100}) {
      for (const std::size_t right : {1, 15, 48}) {
        const auto a = normal_tensor<T, 2>({rows, left}, 1);
        const auto b = normal_tensor<T, 2>({rows, right}, 2);
        auto out = normal_tensor<T, 2>({left, right}, 3);
        const auto before = out;
        add_transposed_product<T>(matrix(a), matrix(b), matrix(out));
        for (std::size_t i = 0; i < left; ++i) {
          for (std::size_t j = 0; j < right; ++j) {
            // Each addition is off by half a unit in the last place at most,
            // and its product too where they are not one instruction.
            double want = before(i, j), allowed = 0;
            for (std::size_t r = 0; r < rows; ++r) {
              const double product =
                  static_cast<double>(a(r, i)) * static_cast<double>(b(r, j));
              want += product;
              allowed += kEpsilon<T> * (std::abs(want) + std::abs(product));
            }
            ASSERT_NEAR(out(i, j), want, allowed)
                << rows << " rows, " << left << " by " << right;
          }
        }
      }
    }
  }
}

TYPED_TEST(TransposedProductTest, BitsDoNotDependOnThreads) {
  using T = TypeParam;
  const auto a = normal_tensor<T, 2>({613, 300}, 1);
  const auto b = normal_tensor<T, 2>({613, 100}, 2);
  set_threads(1);
  auto one = normal_tensor<T, 2>({300, 100}, 3);
  auto sums = normal_tensor<T, 1>({100}, 4);
  add_transposed_product<T>(matrix(a), matrix(b), matrix(one));
  add_column_sums<T>(matrix(b), sums.data());
  for (const int count : {2, 3, 5}) {
    set_threads(count);
    auto many = normal_tensor<T, 2>({300, 100}, 3);
    auto many_sums = normal_tensor<T, 1>({100}, 4);
    add_transposed_product<T>(matrix(a), matrix(b), matrix(many));
    add_column_sums<T>(matrix(b), many_sums.data());
    EXPECT_TRUE(same_bits(one, many));
    EXPECT_TRUE(same_bits(sums, many_sums));
  }
}

TYPED_TEST(TransposedProductTest, SumsColumns) {
  using T = TypeParam;
  const auto rows = normal_tensor<T, 2>({613, 37}, 1);
  Tensor<T, 1> sums = normal_tensor<T, 1>({37}, 2);
  const Tensor<T, 1> before = sums;
  add_column_sums<T>(matrix(rows), sums.data());
  for (std::size_t c = 0; c < 37; ++c) {
    double want = before(c);
    for (std::size_t r = 0; r < 613; ++r) want += rows(r, c);
    EXPECT_NEAR(sums(c), want, rounding<T>(613));
  }
}

}  // namespace
}  // namespace suite
