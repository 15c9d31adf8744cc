#include "primitives/efficient_attention/landmark/row_convolution.h"

#include "primitives/testing.h"
#include "primitives/threads.h"

namespace suite {
namespace {

template <class T>
class RowConvolutionTest : public testing::Test {};
TYPED_TEST_SUITE(RowConvolutionTest, Scalars, ScalarNames);

struct Extents {
  std::size_t batch, rows, heads, channels, width;  // channels: of a head
};
// One of everything, windows wider than all rows, rests everywhere.
const std::vector<Extents> kExtents = {
    {1, 1, 1, 1, 1}, {2, 7, 3, 5, 33},  {1, 8, 2, 16, 3},
    {3, 49, 1, 17, 5}, {2, 193, 4, 33, 35}};

// What is added to the output, by the definition.
template <class T>
naive::Matrix naive_convolution(const Tensor<T, 2>& kernels,
                                MatrixView<const T> input,
                                const std::uint8_t* valid) {
  naive::Matrix sums(input.rows, input.cols);
  const auto width = static_cast<long>(kernels.shape(1));
  const auto rows = static_cast<long>(input.rows);
  for (long n = 0; n < rows; ++n) {
    for (std::size_t c = 0; c < input.cols; ++c) {
      for (long t = 0; t < width; ++t) {
        const long from = n + t - width / 2;
        if (from < 0 || from >= rows) continue;
        if (valid != nullptr && valid[from] == 0) continue;
        sums(n, c) += static_cast<double>(
                          kernels(c / (input.cols / kernels.shape(0)), t)) *
                      input.row(from)[c];
      }
    }
  }
  return sums;
}

TYPED_TEST(RowConvolutionTest, AddsWhatNeighboursGiveHiddenOnesNothing) {
  using T = TypeParam;
  for (const Extents& e : kExtents) {
    const std::size_t cols = e.heads * e.channels;
    const auto kernels = normal_tensor<T, 2>({e.heads, e.width}, 1);
    const auto input = normal_tensor<T, 3>({e.batch, e.rows, cols}, 2);
    const auto before = normal_tensor<T, 3>({e.batch, e.rows, cols}, 3);
    for (const bool masked : {false, true}) {
      Mask mask;
      if (masked) mask.resize({e.batch, e.rows});
      for (std::size_t i = 0; i < mask.size(); ++i) {
        mask.data()[i] = i % 3 != 1;
      }
      Tensor<T, 3> output = before;
      Ledger ledger;
      convolve_rows_onto<T>(kernels, input, mask, output,
                            ledger[Part::weighted_sum]);
      EXPECT_EQ(ledger.counted()[Part::weighted_sum].macs,
                e.batch * e.rows * cols * e.width);
      for (std::size_t b = 0; b < e.batch; ++b) {
        const naive::Matrix expected = naive::add(
            naive_convolution(kernels, example(input, b),
                              masked ? &mask(b, 0) : nullptr),
            naive::Matrix(example(before, b)));
        EXPECT_LE(max_difference(expected, example(output, b)),
                  rounding<T>(e.width + 1))
            << e.rows << " rows, width " << e.width;
      }
    }
  }
}

TYPED_TEST(RowConvolutionTest, TheNumberOfThreadsChangesNoBit) {
  using T = TypeParam;
  const auto kernels = normal_tensor<T, 2>({2, 5}, 1);
  const auto input = normal_tensor<T, 3>({3, 77, 14}, 2);
  Tensor<T, 3> outputs[2];
  for (const int count : {1, 2}) {
    set_threads(count);
    outputs[count - 1] = normal_tensor<T, 3>({3, 77, 14}, 3);
    Ledger ledger;
    convolve_rows_onto<T>(kernels, input, Mask(), outputs[count - 1],
                          ledger[Part::weighted_sum]);
  }
  EXPECT_TRUE(same_bits(outputs[0], outputs[1]));
}

TYPED_TEST(RowConvolutionTest, RefusesWhatDoesNotFit) {
  using T = TypeParam;
  const auto input = normal_tensor<T, 3>({1, 9, 12}, 1);
  Tensor<T, 3> output = input, shorter = normal_tensor<T, 3>({1, 8, 12}, 1);
  Ledger ledger;
  const auto attempt = [&](std::size_t heads, std::size_t width,
                           Tensor<T, 3>& onto) {
    convolve_rows_onto<T>(normal_tensor<T, 2>({heads, width}, 2), input, Mask(),
                          onto, ledger[Part::weighted_sum]);
  };
  EXPECT_NO_THROW(attempt(3, 3, output));
  EXPECT_THROW(attempt(3, 4, output), Error);
  EXPECT_THROW(attempt(5, 3, output), Error);
  EXPECT_THROW(attempt(3, 3, shorter), Error);
}

}  // namespace
}  // namespace suite
