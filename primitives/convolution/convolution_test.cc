#include "primitives/convolution/convolution.h"

#include <gtest/gtest.h>

#include <set>

#include "primitives/convolution/testing.h"
#include "primitives/memory.h"
#include "primitives/threads.h"

namespace suite {
namespace {

using naive::Matrix;

template <class T>
class ConvolutionTest : public testing::Test {
 protected:
  static Convolution<T> layer(std::size_t in, std::size_t out,
                              const Window& window, Bias bias) {
    Convolution<T> made(in, out, window, bias);
    made.map.weight =
        normal_tensor<T, 2>({window.places() * in, out}, /*seed=*/11);
    if (bias == Bias::with) made.map.bias = normal_tensor<T, 1>({out}, 12);
    return made;
  }

  static BatchNorm<T> norm(std::size_t channels) {
    BatchNorm<T> made(channels);
    made.scale = normal_tensor<T, 1>({channels}, 13);
    made.offset = normal_tensor<T, 1>({channels}, 14);
    made.mean = normal_tensor<T, 1>({channels}, 15);
    for (std::size_t c = 0; c < channels; ++c) {
      made.variance(c) = static_cast<T>(0.3 + static_cast<double>(c % 7));
    }
    return made;
  }

  // All outputs, each by its own sum.
  static Matrix expected(const Tensor<T, 3>& input, const Grid& grid,
                         const Convolution<T>& layer) {
    const WindowCase at{grid, layer.window};
    const Grid to = layer.window.outputs(grid);
    Matrix y(input.shape(0) * to.positions(), layer.out());
    for (std::size_t r = 0; r < y.rows; ++r) {
      const std::size_t p = r % to.positions();
      for (std::size_t o = 0; o < y.cols; ++o) {
        double sum = layer.map.bias.size() > 0 ? layer.map.bias(o) : 0;
        for (std::size_t place = 0; place < layer.window.places(); ++place) {
          const T* in = seen<T>(example(input, r / to.positions()), at,
                             p / to.width, p % to.width,
                             place / layer.window.kernel,
                             place % layer.window.kernel);
          for (std::size_t c = 0; in != nullptr && c < layer.in(); ++c) {
            sum += static_cast<double>(in[c]) *
                   layer.map.weight(place * layer.in() + c, o);
          }
        }
        y(r, o) = sum;
      }
    }
    return y;
  }

  static Matrix normed_relu(Matrix y, const BatchNorm<T>& n) {
    for (std::size_t i = 0; i < y.values.size(); ++i) {
      const std::size_t c = i % y.cols;
      y.values[i] = std::max(
          0.0, (y.values[i] - n.mean(c)) / std::sqrt(n.variance(c) + 1e-5) *
                       n.scale(c) +
                   n.offset(c));
    }
    return y;
  }

  // What rounding may do; a norm multiplies by up to 4/√0.3.
  static double allowed(const Convolution<T>& l) {
    return 8 * rounding<T>(l.map.in() + 2);
  }

  ConvolutionBuffers<T> buffers;
  Tensor<T, 3> output;
  Ledger ledger;
};
TYPED_TEST_SUITE(ConvolutionTest, Scalars, ScalarNames);

TYPED_TEST(ConvolutionTest, SumsWhatItsWindowSees) {
  using T = TypeParam;
  for (const WindowCase& c : window_cases()) {
    for (const auto& [in, out] : {std::pair{1, 1}, {3, 17}, {16, 49}, {47, 2}}) {
      for (const Bias bias : {Bias::with, Bias::without}) {
        const auto layer = this->layer(in, out, c.window, bias);
        const auto input = normal_tensor<T, 3>(
            {3, c.grid.positions(), std::size_t(in)}, 1);
        this->ledger.clear();
        convolve(input, c.grid, layer, this->buffers, this->output,
                 this->ledger[Part::input_projection]);
        const std::size_t rows = 3 * c.window.outputs(c.grid).positions();
        EXPECT_EQ(this->output.shape(0), 3u);
        EXPECT_LE(max_difference(this->expected(input, c.grid, layer),
                                 all_rows(this->output)),
                  this->allowed(layer))
            << c.grid.height << 'x' << c.grid.width << " kernel "
            << c.window.kernel << ", " << in << " to " << out;
        const Work work{
            .macs = rows * c.window.places() * in * out,
            .bytes_moved = bytes_of(input) + bytes_of(layer.map.weight) +
                           bytes_of(this->output)};
        EXPECT_EQ(this->ledger.counted()[Part::input_projection], work);
        EXPECT_EQ(this->ledger.counted().total(), work);
      }
    }
  }
}

// Several tiles of patches with a rest, several depth tiles, examples that end
// within a tile.
TYPED_TEST(ConvolutionTest, ManyTilesAreOneConvolution) {
  using T = TypeParam;
  const Grid grid{23, 29};
  const auto layer =
      this->layer(37, 50, same_window(grid, 3, 1), Bias::with);
  const auto input = normal_tensor<T, 3>({2, grid.positions(), 37}, 1);
  convolve(input, grid, layer, this->buffers, this->output,
           this->ledger[Part::mlp]);
  EXPECT_LE(max_difference(this->expected(input, grid, layer),
                           all_rows(this->output)),
            this->allowed(layer));
}

TYPED_TEST(ConvolutionTest, NormalisesAndRectifiesInTheSamePass) {
  using T = TypeParam;
  for (const WindowCase& c : window_cases()) {
    for (const Bias bias : {Bias::with, Bias::without}) {
      const auto layer = this->layer(5, 53, c.window, bias);
      const auto norm = this->norm(53);
      const auto input = normal_tensor<T, 3>({2, c.grid.positions(), 5}, 1);
      this->ledger.clear();
      convolve_norm_relu(input, c.grid, layer, norm, this->buffers,
                         this->output, this->ledger[Part::mlp]);
      EXPECT_LE(max_difference(
                    this->normed_relu(this->expected(input, c.grid, layer),
                                      norm),
                    all_rows(this->output)),
                this->allowed(layer));
      const std::size_t rows = 2 * c.window.outputs(c.grid).positions();
      EXPECT_EQ(this->ledger.counted().total().macs,
                rows * c.window.places() * 5 * 53);
    }
  }
}

TYPED_TEST(ConvolutionTest, ANaNIsNotRectifiedAway) {
  using T = TypeParam;
  const auto layer = this->layer(2, 3, {1, 2, {}, {}}, Bias::without);
  auto input = normal_tensor<T, 3>({1, 4, 2}, 1);
  input(0, 0, 0) = std::numeric_limits<T>::quiet_NaN();
  convolve_norm_relu(input, {1, 4}, layer, this->norm(3), this->buffers,
                     this->output, this->ledger[Part::mlp]);
  for (std::size_t c = 0; c < 3; ++c) {
    EXPECT_TRUE(std::isnan(this->output(0, 0, c)));
    EXPECT_FALSE(std::isnan(this->output(0, 1, c)));
  }
}

TYPED_TEST(ConvolutionTest, ThreadsAgreeAndItHoldsWhatItSays) {
  using T = TypeParam;
  const Grid grid{41, 33};
  const auto layer = this->layer(3, 65, same_window(grid, 7, 2), Bias::with);
  const auto norm = this->norm(65);
  const auto input = normal_tensor<T, 3>({2, grid.positions(), 3}, 1);
  const int before = threads();
  for (const bool normed : {false, true}) {
    Tensor<T, 3> first;
    for (const int count : {1, 2, 3}) {
      set_threads(count);
      ConvolutionBuffers<T> fresh;
      Tensor<T, 3> y;
      const auto run = [&] {
        const Meter meter = this->ledger[Part::mlp];
        if (normed) {
          convolve_norm_relu(input, grid, layer, norm, fresh, y, meter);
        } else {
          convolve(input, grid, layer, fresh, y, meter);
        }
      };
      MemoryMeter::reset_peak();
      const std::int64_t held = MemoryMeter::held();
      run();
      EXPECT_EQ(static_cast<std::uint64_t>(MemoryMeter::peak() - held),
                bytes_of(y) +
                    ConvolutionBuffers<T>::bytes(layer, normed, count));
      const std::int64_t allocations = MemoryMeter::allocations();
      run();
      EXPECT_EQ(MemoryMeter::allocations(), allocations);
      if (count == 1) first = y;
      EXPECT_TRUE(same_bits(first, y)) << count << " threads";
    }
  }
  set_threads(before);
}

TYPED_TEST(ConvolutionTest, CountsWithoutTouching) {
  using T = TypeParam;
  const auto layer = this->layer(3, 4, {2, 2, {}, {}}, Bias::with);
  const auto input = normal_tensor<T, 3>({1, 16, 3}, 1);
  this->output.resize({1, 4, 4});
  this->output.fill(7);
  Ledger alone(Ledger::Mode::count_only);
  convolve(input, {4, 4}, layer, this->buffers, this->output,
           alone[Part::mlp]);
  for (const T value : this->output) EXPECT_EQ(value, T(7));
  convolve(input, {4, 4}, layer, this->buffers, this->output,
           this->ledger[Part::mlp]);
  EXPECT_EQ(alone.counted().parts, this->ledger.counted().parts);
}

TYPED_TEST(ConvolutionTest, StatisticsAreNoParameters) {
  BatchNorm<TypeParam> norm(5);
  std::set<std::string> parameters, statistics;
  const auto into = [](std::set<std::string>& names) {
    return [&names](const Parameter<TypeParam>& p) {
      names.insert(p.name + (p.init == Init::ones ? "=1" : "=0"));
      EXPECT_EQ(p.shape, std::vector<std::size_t>{5});
    };
  };
  norm.for_each_parameter("n", into(parameters));
  norm.for_each_statistic("n", into(statistics));
  EXPECT_EQ(parameters, (std::set<std::string>{"n.scale=1", "n.offset=0"}));
  EXPECT_EQ(statistics, (std::set<std::string>{"n.mean=0", "n.variance=1"}));
  EXPECT_EQ(norm.mean(4), 0);
  EXPECT_EQ(norm.variance(4), 1);
}

TYPED_TEST(ConvolutionTest, RefusesWhatDoesNotFit) {
  using T = TypeParam;
  const auto layer = this->layer(3, 4, {2, 1, {}, {}}, Bias::with);
  const auto refusal = [&](std::size_t positions, std::size_t channels,
                           const Grid& grid, std::size_t normed) {
    Tensor<T, 3> input;
    input.resize({1, positions, channels});
    try {
      convolve_norm_relu(input, grid, layer, BatchNorm<T>(normed),
                         this->buffers, this->output, this->ledger[Part::mlp]);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_EQ(refusal(12, 3, {3, 5}, 4),
            "convolution: 12 positions are not a grid of 3 by 5");
  EXPECT_EQ(refusal(12, 2, {3, 4}, 4),
            "convolution: the input has 2 channels, the weight expects 3");
  EXPECT_EQ(refusal(12, 3, {3, 4}, 5),
            "convolution: its batch norm has 5 channels, it has 4");
  EXPECT_NE(refusal(4, 3, {1, 4}, 4), "");
  EXPECT_THROW(Convolution<T>(0, 4, Window{}), Error);
}

}  // namespace
}  // namespace suite
