#include "primitives/attention_layer/attend.h"

#include <gtest/gtest.h>

#include "primitives/testing.h"

namespace suite {
namespace {

using naive::Matrix;

constexpr std::size_t kBatch = 2, kHeads = 2;
constexpr std::size_t kD = 5, kC = 7, kQk = 6, kV = 10;

template <class T>
class AttendTest : public testing::Test {
 protected:
  AttendTest()
      : projections_{Linear<T>(kD, kQk), Linear<T>(kC, kQk), Linear<T>(kC, kV),
                     kHeads} {
    // Biases too, which would begin as zeros.
    std::uint64_t seed = 10;
    projections_.for_each_parameter("a", [&](const Parameter<T>& parameter) {
      fill_normal(parameter.values, ++seed);
    });
  }

  static Matrix projected(const Matrix& x, const Linear<T>& layer) {
    return naive::affine(x, Matrix(matrix(layer.weight)),
                         layer.bias.size() > 0 ? naive::row_of(layer.bias)
                                               : Matrix(1, layer.out()));
  }

  double error(const Tensor<T, 3>& query_input, const Tensor<T, 3>& input,
               const Mask& mask, AttentionForm form,
               const CrossAttentionPlan& plan = {}) {
    AttentionWorkspace<T> workspace(form);
    Tensor<T, 3> output;
    Ledger ledger;
    attend<T>(query_input, input, nullptr, mask, projections_,
              CrossAttentionRules{plan}, workspace, output, ledger);
    double worst = 0;
    for (std::size_t b = 0; b < query_input.shape(0); ++b) {
      const Matrix x(example(query_input, b)), y(example(input, b));
      const Matrix expected = naive::attention(
          projected(x, projections_.query), projected(y, projections_.key),
          projected(y, projections_.value), projections_.heads,
          mask.size() > 0 ? &mask(b, 0) : nullptr);
      worst = std::max(worst, max_difference(expected, example(output, b)));
    }
    return worst;
  }

  Projections<T> projections_;
  // Logits of ten and more: their rounding is the weights' error.
  static constexpr double kAllowed = 2000 * kEpsilon<T>;
};
TYPED_TEST_SUITE(AttendTest, Scalars, ScalarNames);

TYPED_TEST(AttendTest, ProjectsThenAttends) {
  using T = TypeParam;
  for (const AttentionForm form :
       {AttentionForm::materialised, AttentionForm::streaming}) {
    for (const std::size_t rows : kOddExtents) {
      const std::size_t inputs = rows % 100 + 2;
      const auto x = normal_tensor<T, 3>({kBatch, rows, kD}, 1);
      const auto y = normal_tensor<T, 3>({kBatch, inputs, kC}, 2);
      EXPECT_LE(this->error(x, y, {}, form), this->kAllowed) << rows;
      Mask mask;
      mask.resize({kBatch, inputs});
      for (std::size_t i = 0; i < mask.size(); ++i) {
        mask.data()[i] = i % 3 != 1;
      }
      EXPECT_LE(this->error(x, y, mask, form), this->kAllowed) << rows;
    }
  }
}

TYPED_TEST(AttendTest, AttendsToItself) {
  using T = TypeParam;
  this->projections_.query = Linear<T>(kC, kQk, Bias::without);
  this->projections_.query.weight = normal_tensor<T, 2>({kC, kQk}, 4);
  const auto x = normal_tensor<T, 3>({kBatch, 17, kC}, 1);
  AttentionWorkspace<T> workspace(AttentionForm::streaming);
  Tensor<T, 3> read, itself;
  Ledger ledger;
  attend<T>(x, x, nullptr, {}, this->projections_, {}, workspace, read, ledger);
  attend<T>(x, {}, this->projections_, workspace, itself, ledger);
  for (std::size_t b = 0; b < kBatch; ++b) {
    EXPECT_LE(max_difference(Matrix(example(read, b)), example(itself, b)),
              this->kAllowed);
  }
  EXPECT_LE(this->error(x, x, {}, AttentionForm::streaming), this->kAllowed);
}

TYPED_TEST(AttendTest, GivesTheBlindZerosOrAMean) {
  using T = TypeParam;
  constexpr std::size_t kM = 5, kN = 33;
  const auto x = normal_tensor<T, 3>({kBatch, kM, kD}, 1);
  const auto y = normal_tensor<T, 3>({kBatch, kN, kC}, 2);
  Mask mask;
  mask.resize({kBatch, kN});
  for (std::size_t i = 0; i < mask.size(); ++i) {
    mask.data()[i] = i >= kN && i % 2 == 0;  // example 0 sees nothing
  }
  const Matrix values =
      this->projected(Matrix(example(y, 0)), this->projections_.value);
  for (const AttentionForm form :
       {AttentionForm::materialised, AttentionForm::streaming}) {
    for (const bool mean : {false, true}) {
      AttentionWorkspace<T> workspace(form);
      Tensor<T, 3> output;
      Ledger ledger;
      attend<T>(x, y, nullptr, mask, this->projections_,
                {.mean_if_fully_masked = mean}, workspace, output, ledger);
      Matrix expected(kM, kV);
      for (std::size_t i = 0; mean && i < kM * kN * kV; ++i) {
        expected(i / (kN * kV), i % kV) += values(i / kV % kN, i % kV) / kN;
      }
      EXPECT_LE(max_difference(expected, example(output, 0)), this->kAllowed);
    }
  }
}

TYPED_TEST(AttendTest, BooksEveryPart) {
  using T = TypeParam;
  constexpr std::size_t kM = 17, kN = 33;
  const auto x = normal_tensor<T, 3>({kBatch, kM, kD}, 1);
  const auto y = normal_tensor<T, 3>({kBatch, kN, kC}, 2);
  AttentionWorkspace<T> workspace(AttentionForm::streaming);
  Tensor<T, 3> output;
  Ledger ledger;
  attend<T>(x, y, nullptr, {}, this->projections_, {}, workspace, output,
            ledger);
  const Cost& cost = ledger.counted();
  EXPECT_EQ(
      cost[Part::query_projection],
      (Work{.macs = kBatch * kM * kD * kQk,
            .bytes_moved = sizeof(T) * (kBatch * kM * (kD + kQk) + kD * kQk)}));
  // Keys and values never leave the cache.
  EXPECT_EQ(cost[Part::key_value_projection],
            (Work{.macs = kBatch * kN * kC * (kQk + kV),
                  .bytes_moved =
                      sizeof(T) * (kBatch * kN * kC + kC * (kQk + kV))}));
  EXPECT_EQ(cost[Part::scores].macs, kBatch * kM * kN * kQk);
  EXPECT_EQ(cost[Part::softmax].logits, kBatch * kHeads * kM * kN);
  EXPECT_EQ(cost[Part::weighted_sum].macs, kBatch * kM * kN * kV);
  EXPECT_EQ(cost.total().macs, kBatch * (kM * kD * kQk + kN * kC * (kQk + kV) +
                                         kM * kN * (kQk + kV)));
}

TYPED_TEST(AttendTest, ShowsItsThreeMaps) {
  using T = TypeParam;
  std::vector<std::string> names;
  std::size_t count = 0;
  this->projections_.for_each_parameter("block",
                                        [&](const Parameter<T>& parameter) {
                                          names.push_back(parameter.name);
                                          count += parameter.values.size();
                                        });
  EXPECT_EQ(names,
            (std::vector<std::string>{
                "block.query.weight", "block.query.bias", "block.key.weight",
                "block.key.bias", "block.value.weight", "block.value.bias"}));
  EXPECT_EQ(count, (kD + 1) * kQk + (kC + 1) * (kQk + kV));
}

}  // namespace
}  // namespace suite
