#include "primitives/efficient_attention/landmark/head_matrices_backward.h"

#include "primitives/efficient_attention/landmark/head_matrices.h"
#include "primitives/efficient_attention/landmark/row_convolution.h"
#include "primitives/testing.h"
#include "primitives/threads.h"

namespace suite {
namespace {

template <class Gradients>
double dot(const Gradients& a, const Gradients& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a.data()[i] * b.data()[i];
  return sum;
}

// The gradient of loss() along a direction that changes all of `at`.
template <class Values, class Loss>
void expect_slope(Values& at, const Values& gradient, const Loss& loss) {
  const Values before = at;
  Values direction = at;
  Random random(9);
  for (double& value : direction) value = random.normal();
  const auto loss_at = [&](double step) {
    for (std::size_t i = 0; i < at.size(); ++i) {
      at.data()[i] = before.data()[i] + step * direction.data()[i];
    }
    return loss();
  };
  constexpr double kStep = 1e-5;
  const double slope = (loss_at(kStep) - loss_at(-kStep)) / (2 * kStep);
  at = before;
  EXPECT_NEAR(dot(gradient, direction), slope,
              1e-7 * (std::sqrt(dot(gradient, gradient)) + 1));
}

// Far from inverted after few steps, and all but after many.
TEST(HeadMatricesBackwardTest, ThatOfInversesAgreesWithDifferences) {
  for (const std::size_t m : {1, 5, 17, 70}) {
    for (const std::size_t iterations : {1, 3, 8}) {
      auto a = normal_tensor<double, 3>({3, m, m}, 5);
      for (double& value : a) value *= 0.2 / std::sqrt(double(m));
      for (std::size_t i = 0; i < 3 * m; ++i) a(i / m, i % m, i % m) += 1;
      const auto weights = normal_tensor<double, 3>({3, m, m}, 6);
      Tensor<double, 3> d_matrices;
      Ledger ledger;
      PseudoInverseBackward<double>().run(a, iterations, weights, d_matrices,
                                          ledger[Part::weighted_sum]);
      EXPECT_EQ(ledger.counted()[Part::weighted_sum].macs,
                3 * (12 * iterations - 1) * m * m * m);
      expect_slope(a, d_matrices, [&] {
        Tensor<double, 3> inverses;
        PseudoInverse<double>().forward(a, iterations, inverses,
                                        ledger[Part::weighted_sum]);
        return dot(inverses, weights);
      });
    }
  }
}

TEST(HeadMatricesBackwardTest, ThoseOfWeightsAndProductsAgreeWithDifferences) {
  constexpr std::size_t kHeads = 3;
  for (const std::size_t m : {1, 17, 70}) {
    auto q = normal_tensor<double, 3>({2, m, kHeads * 5}, 1);
    auto k = normal_tensor<double, 3>({2, m, kHeads * 5}, 2);
    auto v = normal_tensor<double, 3>({2, m, kHeads * 5}, 3);
    const auto weights = normal_tensor<double, 3>({2, m, kHeads * 5}, 4);
    Ledger ledger;
    Tensor<double, 3> matrices, output, d_matrices, d_v;
    const auto loss = [&] {
      head_weights(q, k, kHeads, matrices, ledger);
      multiply_heads(matrices, v, output, ledger[Part::weighted_sum]);
      return dot(output, weights);
    };
    loss();
    auto d_q = q, d_k = k;
    std::fill(d_q.begin(), d_q.end(), 0.0);
    std::fill(d_k.begin(), d_k.end(), 0.0);
    multiply_heads_backward(matrices, v, weights, d_matrices, d_v,
                            ledger[Part::weighted_sum]);
    head_weights_backward(q, k, matrices, d_matrices, d_q, d_k,
                          ledger[Part::scores]);
    expect_slope(q, d_q, loss);
    expect_slope(k, d_k, loss);
    expect_slope(v, d_v, loss);
  }
}

// Hidden rows have no part in means, nor in what neighbours get.
TEST(HeadMatricesBackwardTest, ThoseOfMeansAndNeighboursAgreeWithDifferences) {
  auto x = normal_tensor<double, 3>({2, 61, 3 * 11}, 1);
  auto kernels = normal_tensor<double, 2>({3, 35}, 2);
  Mask mask;
  mask.resize({2, 61});
  for (std::size_t i = 0; i < mask.size(); ++i) mask.data()[i] = i % 3 != 1;
  const auto of_means = normal_tensor<double, 3>({2, 7, 33}, 3);
  const auto of_rows = normal_tensor<double, 3>({2, 61, 33}, 4);
  Ledger ledger;
  Tensor<double, 3> means, rows, d_x = x;
  const auto loss = [&] {
    segment_means<double>(x, mask, 7, means, ledger[Part::scores]);
    rows.resize(x.shape());
    std::fill(rows.begin(), rows.end(), 0.0);
    convolve_rows_onto<double>(kernels, x, mask, rows, ledger[Part::scores]);
    return dot(means, of_means) + dot(rows, of_rows);
  };
  std::vector<Tensor<double, 3>> found;
  std::vector<Tensor<double, 2>> of_kernels;
  const int before = threads();
  for (const int count : {1, 2, 3}) {
    set_threads(count);
    std::fill(d_x.begin(), d_x.end(), 0.0);
    Tensor<double, 2> flipped, d_kernels = kernels;
    std::fill(d_kernels.begin(), d_kernels.end(), 0.0);
    convolve_rows_backward<double>(kernels, x, mask, of_rows, flipped,
                                   d_kernels, d_x, ledger, Part::scores);
    segment_means_backward<double>(of_means, mask, d_x, ledger[Part::scores]);
    found.push_back(d_x);
    of_kernels.push_back(d_kernels);
    EXPECT_TRUE(same_bits(found[0], d_x));
    EXPECT_TRUE(same_bits(of_kernels[0], d_kernels));
  }
  set_threads(before);
  expect_slope(x, found[0], loss);
  expect_slope(kernels, of_kernels[0], loss);
}

}  // namespace
}  // namespace suite
