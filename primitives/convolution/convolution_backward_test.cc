#include "primitives/convolution/convolution_backward.h"

#include <gtest/gtest.h>

#include "primitives/central_differences.h"
#include "primitives/convolution/testing.h"
#include "primitives/memory.h"
#include "primitives/threads.h"

namespace suite {
namespace {

// A layer with a norm of trained statistics, an input, and weights of a loss.
template <class T>
struct Case {
  WindowCase at;
  Convolution<T> layer;
  BatchNorm<T> norm;
  Tensor<T, 3> input, weights, output;
  ConvolutionBuffers<T> buffers;
  Ledger ledger;

  Case(const WindowCase& c, Bias bias, std::size_t in = 2, std::size_t out = 3)
      : at(c), layer(in, out, c.window, bias), norm(out) {
    std::uint64_t seed = 1;
    const auto draw = [&](const Parameter<T>& p) {
      Random random(seed++);
      for (T& value : p.values) value = static_cast<T>(random.normal());
    };
    layer.for_each_parameter("", draw);
    norm.for_each_parameter("", draw);
    norm.for_each_statistic("", draw);
    for (T& value : norm.variance) value = value * value + T(0.5);
    norm.scale(0) = T(0.01);  // dividing by it would show
    input = normal_tensor<T, 3>({2, c.grid.positions(), in}, 20);
    weights = normal_tensor<T, 3>(
        {2, c.window.outputs(c.grid).positions(), out}, 21);
  }

  void forward(bool normed) {
    if (normed) {
      convolve_norm_relu(input, at.grid, layer, norm, buffers, output,
                         ledger[Part::input_projection]);
    } else {
      convolve(input, at.grid, layer, buffers, output,
               ledger[Part::input_projection]);
    }
  }
  double loss(bool normed) {
    forward(normed);
    return weighted_sum(weights, output);
  }
};

template <class T>
struct Found {
  Convolution<T> layer;
  BatchNorm<T> norm;
  Tensor<T, 3> input;

  explicit Found(const Case<T>& c)
      : layer(c.layer), norm(c.norm), input(c.input) {
    layer.map.weight.fill(T(0));
    layer.map.bias.fill(T(0));
    norm.scale.fill(T(0));
    norm.offset.fill(T(0));
    input.fill(T(0));
  }
};

template <class T>
void backward(Case<T>& c, bool normed, ConvolutionBackward<T>& workspace,
              Found<T>& found) {
  constexpr Part kPart = Part::input_projection;
  c.forward(normed);
  Tensor<T, 3> d = c.weights;
  if (normed) {
    convolve_norm_relu_backward(c.input, c.at.grid, c.layer, c.norm, c.output,
                                d, workspace, found.layer, found.norm,
                                &found.input, c.ledger, kPart);
    return;
  }
  convolution_gradient(c.input, c.at.grid, d, workspace, found.layer,
                       c.ledger[kPart]);
  convolution_input_gradient(d, c.at.grid, c.layer, workspace, found.input,
                             c.ledger[kPart]);
}

TEST(ConvolutionBackwardTest, IsTheSlopeOfAConvolution) {
  for (const WindowCase& at : window_cases()) {
    Case<double> c(at, Bias::with);
    Found<double> found(c);
    ConvolutionBackward<double> workspace;
    backward(c, /*normed=*/false, workspace, found);
    const auto loss = [&] { return c.loss(false); };
    expect_slopes(c.layer.map.weight, found.layer.map.weight, loss, "weight");
    expect_slopes(c.layer.map.bias, found.layer.map.bias, loss, "bias");
    expect_slopes(c.input, found.input, loss, "input");
  }
}

TEST(ConvolutionBackwardTest, IsTheSlopeOfOneWithANormAndARelu) {
  for (const Bias bias : {Bias::with, Bias::without}) {
    for (const WindowCase& at : window_cases()) {
      Case<double> c(at, bias);
      Found<double> found(c);
      ConvolutionBackward<double> workspace;
      backward(c, /*normed=*/true, workspace, found);
      const auto loss = [&] { return c.loss(true); };
      expect_slopes(c.layer.map.weight, found.layer.map.weight, loss, "weight");
      expect_slopes(c.layer.map.bias, found.layer.map.bias, loss, "bias");
      expect_slopes(c.norm.scale, found.norm.scale, loss, "scale");
      expect_slopes(c.norm.offset, found.norm.offset, loss, "offset");
      expect_slopes(c.input, found.input, loss, "input");
    }
  }
}

template <class T>
class ConvolutionBackwardTypedTest : public testing::Test {};
TYPED_TEST_SUITE(ConvolutionBackwardTypedTest, Scalars, ScalarNames);

// More outputs than patches exist at once, widths that leave a rest.
const WindowCase kLarge{{83, 71}, same_window({83, 71}, 7, 2)};

TYPED_TEST(ConvolutionBackwardTypedTest, BitsDontDependOnThreads) {
  using T = TypeParam;
  const int before = threads();
  for (const bool normed : {false, true}) {
    std::vector<Found<T>> all;
    for (const int count : {1, 2, 3}) {
      set_threads(count);
      Case<T> c(kLarge, Bias::with, 3, 19);
      ConvolutionBackward<T> workspace;
      backward(c, normed, workspace, all.emplace_back(c));
    }
    for (const Found<T>& found : all) {
      EXPECT_TRUE(
          same_bits(found.layer.map.weight, all[0].layer.map.weight));
      EXPECT_TRUE(same_bits(found.layer.map.bias, all[0].layer.map.bias));
      EXPECT_TRUE(same_bits(found.norm.scale, all[0].norm.scale));
      EXPECT_TRUE(same_bits(found.norm.offset, all[0].norm.offset));
      EXPECT_TRUE(same_bits(found.input, all[0].input));
    }
  }
  set_threads(before);
}

TYPED_TEST(ConvolutionBackwardTypedTest, ASecondOneAddsAndAllocatesNothing) {
  using T = TypeParam;
  Case<T> c(kLarge, Bias::with, 3, 19);
  Found<T> once(c), twice(c);
  ConvolutionBackward<T> workspace;
  backward(c, true, workspace, once);
  backward(c, true, workspace, twice);
  Tensor<T, 3> d = c.weights;
  const std::int64_t before = MemoryMeter::allocations();
  convolve_norm_relu_backward(c.input, c.at.grid, c.layer, c.norm, c.output, d,
                              workspace, twice.layer, twice.norm, &twice.input,
                              c.ledger, Part::input_projection);
  EXPECT_EQ(MemoryMeter::allocations(), before);
  const T room = static_cast<T>(1e3) * std::numeric_limits<T>::epsilon();
  for (std::size_t i = 0; i < once.layer.map.weight.size(); ++i) {
    const T value = once.layer.map.weight.data()[i];
    EXPECT_NEAR(twice.layer.map.weight.data()[i], 2 * value,
                room * std::abs(value));
  }
  EXPECT_NEAR(twice.norm.scale(1), 2 * once.norm.scale(1),
              room * std::abs(once.norm.scale(1)));
}

TEST(ConvolutionBackwardTest, CountsItsProducts) {
  Case<float> c({{9, 7}, same_window({9, 7}, 3, 2)}, Bias::with, 2, 3);
  Found<float> found(c);
  ConvolutionBackward<float> workspace;
  c.forward(true);
  const std::uint64_t macs = c.ledger.counted().total().macs;
  c.ledger.clear();
  backward(c, true, workspace, found);
  EXPECT_EQ(c.ledger.counted().total().macs, 3 * macs);
}

TEST(ConvolutionBackwardTest, RefusesWhatDoesNotFit) {
  Case<float> c({{9, 7}, same_window({9, 7}, 3, 2)}, Bias::with, 2, 3);
  Found<float> found(c);
  ConvolutionBackward<float> workspace;
  const auto d = normal_tensor<float, 3>({2, 19, 3}, 1);
  EXPECT_THROW(convolution_gradient(c.input, c.at.grid, d, workspace,
                                    found.layer,
                                    c.ledger[Part::input_projection]),
               Error);
  EXPECT_THROW(convolution_input_gradient(d, c.at.grid, c.layer, workspace,
                                          found.input,
                                          c.ledger[Part::input_projection]),
               Error);
}

}  // namespace
}  // namespace suite
