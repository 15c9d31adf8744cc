#include "primitives/layers/linear.h"

#include <gtest/gtest.h>

#include <limits>

#include "primitives/central_differences.h"
#include "primitives/testing.h"

namespace suite {
namespace {

using naive::Matrix;

template <class T>
class LinearTest : public testing::Test {
 protected:
  static Linear<T> layer(std::size_t in, std::size_t out,
                         Bias bias = Bias::with) {
    Linear<T> made(in, out, bias);
    made.weight = normal_tensor<T, 2>({in, out}, 11);
    if (bias == Bias::with) made.bias = normal_tensor<T, 1>({out}, 12);
    return made;
  }
  static Matrix expected(const Tensor<T, 3>& input, const Linear<T>& layer) {
    const Matrix bias = layer.bias.size() > 0 ? naive::row_of(layer.bias)
                                              : Matrix(1, layer.out());
    return naive::affine(Matrix(all_rows(input)), Matrix(matrix(layer.weight)),
                         bias);
  }
  // One call, with its ledger.
  template <class F>
  static Cost counted(const F& call) {
    Ledger ledger;
    call(ledger[Part::query_projection]);
    EXPECT_EQ(ledger.counted().total(),
              ledger.counted()[Part::query_projection]);
    return ledger.counted();
  }
};
TYPED_TEST_SUITE(LinearTest, Scalars, ScalarNames);

TYPED_TEST(LinearTest, WritesColumnsOfAWiderTensor) {
  using T = TypeParam;
  const auto layer = this->layer(5, 49);
  const auto input = normal_tensor<T, 3>({2, 17, 9}, 1);
  Tensor<T, 3> output = normal_tensor<T, 3>({2, 17, 60}, 2);
  const Tensor<T, 3> before = output;
  const Cost cost = this->counted([&](const Meter& meter) {
    linear(BatchView<const T>(input).columns(3, 5), layer,
           BatchView<T>(output).columns(7, 49), meter);
  });
  EXPECT_EQ(cost.total().macs, 2u * 17 * 5 * 49);
  const Matrix expected = naive::affine(
      Matrix(all_rows(input).columns(3, 5)), Matrix(matrix(layer.weight)),
      naive::row_of(layer.bias));
  EXPECT_LE(max_difference(expected, all_rows(output).columns(7, 49)),
            rounding<T>(6));
  for (std::size_t i = 0; i < output.size(); ++i) {
    if (i % 60 >= 7 && i % 60 < 56) continue;
    EXPECT_EQ(output.data()[i], before.data()[i]) << "column " << i % 60;
  }
  Tensor<T, 3> narrow = normal_tensor<T, 3>({2, 17, 48}, 2);
  EXPECT_THROW(this->counted([&](const Meter& meter) {
    linear(BatchView<const T>(input).columns(3, 5), layer,
           BatchView<T>(narrow), meter);
  }),
               Error);
}

TYPED_TEST(LinearTest, MultipliesByATransposedWeight) {
  using T = TypeParam;
  for (const std::size_t out : kOddExtents) {
    constexpr std::size_t kIn = 33;
    const auto weight = normal_tensor<T, 2>({out, kIn}, 1);
    const auto bias = normal_tensor<T, 1>({out}, 2);
    const auto input = normal_tensor<T, 3>({2, 17, kIn}, 3);
    Tensor<T, 3> output;
    const Cost cost = this->counted([&](const Meter& meter) {
      linear_transposed(input, weight, bias, output, meter);
    });
    EXPECT_EQ(cost.total().macs, 2 * 17 * kIn * out);
    EXPECT_EQ(cost.total().bytes_moved,
              sizeof(T) * (2 * 17 * kIn + kIn * out + 2 * 17 * out));
    EXPECT_LE(max_difference(
                  naive::affine(Matrix(all_rows(input)),
                                naive::transpose(Matrix(matrix(weight))),
                                naive::row_of(bias)),
                  all_rows(output)),
              rounding<T>(kIn + 1))
        << out;
  }
}

TYPED_TEST(LinearTest, MultipliesByItsWeightAndAddsItsBias) {
  using T = TypeParam;
  constexpr std::size_t kCount = kOddExtents.size();
  for (std::size_t i = 0; i < kCount; ++i) {
    const std::size_t rows = kOddExtents[i], in = kOddExtents[(i + 4) % kCount],
                      out = kOddExtents[(i + 9) % kCount];
    for (const Bias bias : {Bias::with, Bias::without}) {
      const auto layer = this->layer(in, out, bias);
      const auto input = normal_tensor<T, 3>({2, rows, in}, 1);
      Tensor<T, 3> output;
      const Cost cost = this->counted(
          [&](const Meter& meter) { linear(input, layer, output, meter); });
      EXPECT_LE(max_difference(this->expected(input, layer), all_rows(output)),
                rounding<T>(in + 1))
          << rows << ' ' << in << ' ' << out;
      EXPECT_EQ(cost.total().macs, 2 * rows * in * out);
      EXPECT_EQ(cost.total().bytes_moved,
                sizeof(T) * (2 * rows * in + in * out + 2 * rows * out));
      EXPECT_EQ(cost.total().logits, 0u);
    }
  }
}

TYPED_TEST(LinearTest, EveryExampleIsMappedAlike) {
  using T = TypeParam;
  const auto layer = this->layer(17, 33);
  const auto input = normal_tensor<T, 3>({5, 3, 17}, 1);
  Tensor<T, 3> output;
  this->counted([&](const Meter& m) { linear(input, layer, output, m); });
  ASSERT_EQ(output.shape(0), 5u);
  ASSERT_EQ(output.shape(1), 3u);
  for (std::size_t b = 0; b < 5; ++b) {
    const Matrix y =
        naive::affine(Matrix(example(input, b)), Matrix(matrix(layer.weight)),
                      naive::row_of(layer.bias));
    EXPECT_LE(max_difference(y, example(output, b)), rounding<T>(18)) << b;
  }
}

TYPED_TEST(LinearTest, GoesOntoAStream) {
  using T = TypeParam;
  for (const std::size_t rows : {1, 16, 49}) {
    for (const Bias bias : {Bias::with, Bias::without}) {
      const auto layer = this->layer(17, 33, bias);
      const auto input = normal_tensor<T, 3>({2, rows, 17}, 1);
      auto stream = normal_tensor<T, 3>({2, rows, 33}, 2);
      const Matrix before(all_rows(stream));
      const Cost cost = this->counted([&](const Meter& meter) {
        linear_onto(input, layer, stream, meter);
      });
      EXPECT_LE(max_difference(naive::add(this->expected(input, layer), before),
                               all_rows(stream)),
                rounding<T>(19));
      EXPECT_EQ(cost.total().macs, 2 * rows * 17 * 33);
      // The stream is read and written.
      EXPECT_EQ(cost.total().bytes_moved,
                sizeof(T) * (2 * rows * 17 + 17 * 33 + 2 * 2 * rows * 33));
    }
  }
}

TYPED_TEST(LinearTest, TakesGeluOfTheBiasedProduct) {
  using T = TypeParam;
  for (const Gelu form : {Gelu::erf, Gelu::tanh}) {
    for (const Bias bias : {Bias::with, Bias::without}) {
      const auto layer = this->layer(15, 49, bias);
      const auto input = normal_tensor<T, 3>({2, 17, 15}, 1);
      Tensor<T, 3> output;
      const Cost cost = this->counted([&](const Meter& meter) {
        linear_gelu(input, layer, form, output, meter);
      });
      const Matrix affine = this->expected(input, layer);
      const Matrix expected = form == Gelu::erf ? naive::gelu_erf(affine)
                                                : naive::gelu_tanh(affine);
      EXPECT_LE(max_difference(expected, all_rows(output)), rounding<T>(16));
      EXPECT_EQ(cost.total().macs, 2u * 17 * 15 * 49);
    }
  }
}

TYPED_TEST(LinearTest, OutputsFitWhateverTheyHeldBefore) {
  using T = TypeParam;
  const auto layer = this->layer(15, 17);
  const auto input = normal_tensor<T, 3>({2, 3, 15}, 1);
  Tensor<T, 3> output, gelu_output;
  output.resize({9, 1, 4});
  output.fill(std::numeric_limits<T>::quiet_NaN());
  gelu_output = output;
  this->counted([&](const Meter& m) { linear(input, layer, output, m); });
  this->counted([&](const Meter& m) {
    linear_gelu(input, layer, Gelu::erf, gelu_output, m);
  });
  const Matrix expected = this->expected(input, layer);
  EXPECT_LE(max_difference(expected, all_rows(output)), rounding<T>(16));
  EXPECT_LE(max_difference(naive::gelu_erf(expected), all_rows(gelu_output)),
            rounding<T>(16));
  const std::int64_t before = MemoryMeter::allocations();
  this->counted([&](const Meter& m) { linear(input, layer, output, m); });
  this->counted([&](const Meter& m) {
    linear_gelu(input, layer, Gelu::erf, gelu_output, m);
  });
  EXPECT_EQ(MemoryMeter::allocations(), before);
}

TYPED_TEST(LinearTest, RefusesWidthsThatDoNotFit) {
  using T = TypeParam;
  const auto layer = this->layer(15, 17);
  const auto input = normal_tensor<T, 3>({2, 3, 14}, 1);
  const auto fitting = normal_tensor<T, 3>({2, 3, 15}, 1);
  auto stream = normal_tensor<T, 3>({2, 3, 17}, 1);
  auto narrow = normal_tensor<T, 3>({2, 3, 16}, 1);
  auto longer = normal_tensor<T, 3>({2, 4, 17}, 1);
  Ledger ledger;
  const Meter meter = ledger[Part::mlp];
  EXPECT_THROW(linear(input, layer, stream, meter), Error);
  EXPECT_THROW(linear_gelu(input, layer, Gelu::erf, stream, meter), Error);
  EXPECT_THROW(linear_onto(input, layer, stream, meter), Error);
  EXPECT_THROW(linear_onto(fitting, layer, narrow, meter), Error);
  EXPECT_THROW(linear_onto(fitting, layer, longer, meter), Error);
}

TYPED_TEST(LinearTest, ShowsItsWeightAndItsBias) {
  using T = TypeParam;
  std::vector<std::string> seen;
  const ParameterVisitor<T> visit = [&](const Parameter<T>& parameter) {
    seen.push_back(parameter.name);
    for (const std::size_t extent : parameter.shape) {
      seen.back() += " " + std::to_string(extent);
    }
    EXPECT_EQ(parameter.init,
              parameter.shape.size() == 2 ? Init::fan_in : Init::zeros);
  };
  Linear<T>(3, 5).for_each_parameter("a", visit);
  Linear<T>(3, 5, Bias::without).for_each_parameter("b", visit);
  EXPECT_EQ(seen, (std::vector<std::string>{"a.weight 3 5", "a.bias 5",
                                            "b.weight 3 5"}));
}

TEST(LinearTransposedBackwardTest, IsTheSlope) {
  auto input = normal_tensor<double, 3>({2, 5, 7}, 1);
  auto weight = normal_tensor<double, 2>({19, 7}, 2);
  auto bias = normal_tensor<double, 1>({19}, 3);
  const auto weights = normal_tensor<double, 3>({2, 5, 19}, 4);
  Tensor<double, 2> d_weight({19, 7});
  Tensor<double, 1> d_bias;
  d_bias.resize({19});
  d_weight.fill(0);
  d_bias.fill(0);
  Ledger ledger;
  Tensor<double, 3> output, d_input;
  const auto loss = [&] {
    linear_transposed(input, weight, bias, output, ledger[Part::mlp]);
    return weighted_sum(weights, output);
  };
  linear_transposed_backward(input, weight, weights, d_weight, d_bias, d_input,
                             ledger[Part::mlp]);
  EXPECT_EQ(ledger.counted()[Part::mlp].macs, 2 * 10 * 7 * 19);
  expect_slopes(input, d_input, loss, "input");
  expect_slopes(weight, d_weight, loss, "weight");
  expect_slopes(bias, d_bias, loss, "bias");
}

}  // namespace
}  // namespace suite
