#include "primitives/convolution/max_pool.h"

#include <gtest/gtest.h>

#include "primitives/central_differences.h"
#include "primitives/convolution/testing.h"
#include "primitives/memory.h"
#include "primitives/threads.h"

namespace suite {
namespace {

template <class T>
class MaxPoolTest : public testing::Test {
 protected:
  static Tensor<T, 3> pooled(const Tensor<T, 3>& input, const WindowCase& c) {
    Ledger ledger;
    Tensor<T, 3> output;
    max_pool(input, c.grid, c.window, output, ledger[Part::input_projection]);
    EXPECT_EQ(ledger.counted().total(),
              Work{.bytes_moved = bytes_of(input) + bytes_of(output)});
    return output;
  }
};
TYPED_TEST_SUITE(MaxPoolTest, Scalars, ScalarNames);

TYPED_TEST(MaxPoolTest, TakesTheLargestThatTheWindowSees) {
  using T = TypeParam;
  for (const WindowCase& c : window_cases()) {
    auto input = normal_tensor<T, 3>({2, c.grid.positions(), 19}, 1);
    for (T& value : input) value -= 5;  // padding by 0 would win
    const Tensor<T, 3> output = this->pooled(input, c);
    const Grid to = c.window.outputs(c.grid);
    ASSERT_EQ(output.shape(1), to.positions());
    for (std::size_t i = 0; i < output.size(); ++i) {
      const std::size_t channel = i % 19, position = i / 19 % to.positions();
      T largest = -std::numeric_limits<T>::infinity();
      for (std::size_t p = 0; p < c.window.places(); ++p) {
        const T* in = seen<T>(example(input, i / 19 / to.positions()), c,
                           position / to.width, position % to.width,
                           p / c.window.kernel, p % c.window.kernel);
        if (in != nullptr) largest = std::max(largest, in[channel]);
      }
      ASSERT_EQ(output.data()[i], largest) << i << ", kernel "
                                           << c.window.kernel;
    }
  }
}

TYPED_TEST(MaxPoolTest, ANaNStaysOne) {
  using T = TypeParam;
  const WindowCase c{{1, 6}, {3, 3, {1, 1}, {}}};
  for (const std::size_t where : {0, 1, 2}) {
    auto input = normal_tensor<T, 3>({1, 6, 5}, 1);
    input(0, where, 2) = std::numeric_limits<T>::quiet_NaN();
    const Tensor<T, 3> output = this->pooled(input, c);
    EXPECT_TRUE(std::isnan(output(0, 0, 2)));
    EXPECT_FALSE(std::isnan(output(0, 0, 1)) || std::isnan(output(0, 1, 2)));
  }
}

TYPED_TEST(MaxPoolTest, ThreadsAgreeAndItHoldsItsOutputAlone) {
  using T = TypeParam;
  const WindowCase c{{33, 47}, same_window({33, 47}, 3, 2)};
  const auto input = normal_tensor<T, 3>({2, c.grid.positions(), 17}, 1);
  const int before = threads();
  set_threads(1);
  MemoryMeter::reset_peak();
  const std::int64_t held = MemoryMeter::held();
  const Tensor<T, 3> alone = this->pooled(input, c);
  EXPECT_EQ(MemoryMeter::peak() - held,
            static_cast<std::int64_t>(bytes_of(alone)));
  set_threads(3);
  EXPECT_TRUE(same_bits(alone, this->pooled(input, c)));
  set_threads(before);
}

TYPED_TEST(MaxPoolTest, CountsWithoutTouching) {
  using T = TypeParam;
  const WindowCase c{{4, 4}, same_window({4, 4}, 3, 2)};
  const auto input = normal_tensor<T, 3>({1, 16, 3}, 1);
  Tensor<T, 3> output;
  output.resize({1, 4, 3});
  output.fill(7);
  Ledger ledger(Ledger::Mode::count_only);
  max_pool(input, c.grid, c.window, output, ledger[Part::input_projection]);
  EXPECT_EQ(ledger.counted().total().bytes_moved, sizeof(T) * (48 + 12));
  for (const T value : output) EXPECT_EQ(value, T(7));
}

TYPED_TEST(MaxPoolTest, RefusesAGridThatIsNotTheInputs) {
  using T = TypeParam;
  Tensor<T, 3> input, output;
  input.resize({1, 12, 3});
  Ledger ledger;
  EXPECT_THROW(max_pool(input, {3, 5}, Window{}, output,
                        ledger[Part::input_projection]),
               Error);
}

TEST(MaxPoolBackwardTest, IsTheSlope) {
  for (const WindowCase& c : window_cases()) {
    auto input = normal_tensor<double, 3>({2, c.grid.positions(), 3}, 1);
    const auto weights = normal_tensor<double, 3>(
        {2, c.window.outputs(c.grid).positions(), 3}, 2);
    Ledger ledger;
    Tensor<double, 3> output, d_input;
    const auto loss = [&] {
      max_pool(input, c.grid, c.window, output, ledger[Part::input_projection]);
      return weighted_sum(weights, output);
    };
    max_pool_backward(input, c.grid, c.window, weights, d_input,
                      ledger[Part::input_projection]);
    expect_slopes(input, d_input, loss, "input");
  }
}

TEST(MaxPoolBackwardTest, TheFirstOfEqualsGetsAll) {
  const WindowCase c{{2, 3}, {2, 1, {}, {}}};
  Tensor<double, 3> input({1, 6, 1}), d_output({1, 2, 1}), d_input;
  input.fill(0);
  input(0, 4, 0) = input(0, 2, 0) = 7;
  d_output(0, 0, 0) = 1;
  d_output(0, 1, 0) = 10;
  Ledger ledger;
  max_pool_backward(input, c.grid, c.window, d_output, d_input,
                    ledger[Part::input_projection]);
  const std::vector<double> expected = {0, 0, 10, 0, 1, 0};
  EXPECT_EQ(std::vector<double>(d_input.begin(), d_input.end()), expected);
}

TYPED_TEST(MaxPoolTest, BitsOfTheBackwardDontDependOnThreads) {
  using T = TypeParam;
  const int before = threads();
  const WindowCase c{{37, 41}, same_window({37, 41}, 3, 2)};
  const auto input = normal_tensor<T, 3>({2, c.grid.positions(), 67}, 1);
  const auto d_output = normal_tensor<T, 3>(
      {2, c.window.outputs(c.grid).positions(), 67}, 2);
  std::vector<Tensor<T, 3>> all;
  for (const int count : {1, 2, 3}) {
    set_threads(count);
    Ledger ledger;
    max_pool_backward(input, c.grid, c.window, d_output, all.emplace_back(),
                      ledger[Part::input_projection]);
  }
  set_threads(before);
  EXPECT_TRUE(same_bits(all[0], all[1]) && same_bits(all[0], all[2]));
}

}  // namespace
}  // namespace suite
