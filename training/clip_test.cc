#include "training/clip.h"

#include <cmath>
#include <limits>

#include "primitives/memory.h"
#include "primitives/threads.h"
#include "training/testing.h"

namespace suite {
namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();

template <class T>
NamedTensors<T> gradient_of(double deviation) {
  NamedTensors<T> gradient({{"layer.weight", {97, 131}},
                            {"layer.bias", {131}},
                            {"norm.scale", {7}},
                            {"empty", {0}},
                            {"head.weight", {3, 5}}});
  draw<T>(gradient, 1, deviation);
  return gradient;
}

template <class T>
Clip clip(Encoder<T>& gradient, double most) {
  Ledger ledger;
  return clip_by_global_norm(gradient, most, ledger);
}

template <class T>
class ClipTest : public testing::Test {};
TYPED_TEST_SUITE(ClipTest, Scalars);

TYPED_TEST(ClipTest, TheNormIsOfAllParametersTogether) {
  auto gradient = gradient_of<TypeParam>(0.3);
  long double sum = 0;
  for (const auto& [name, values] : values_of<TypeParam>(gradient)) {
    for (const TypeParam value : values) {
      sum += static_cast<long double>(value) * value;
    }
  }
  const double expected = static_cast<double>(std::sqrt(sum));
  const Clip all = clip<TypeParam>(gradient, kNever);
  EXPECT_NEAR(all.norm, expected, 1e-14 * expected);
  EXPECT_EQ(all.factor, 1);
}

TYPED_TEST(ClipTest, OnlyWhatIsLongerIsShortened) {
  auto gradient = gradient_of<TypeParam>(1);
  const double norm = clip<TypeParam>(gradient, kNever).norm;
  EXPECT_GT(norm, 1);
  EXPECT_EQ(clip<TypeParam>(gradient, 1).factor, 1 / norm);
  EXPECT_EQ(clip<TypeParam>(gradient, norm).factor, 1);
  EXPECT_EQ(clip<TypeParam>(gradient, 2 * norm).factor, 1);
  NamedTensors<TypeParam> zero({{"a", {3}}});
  EXPECT_EQ(clip<TypeParam>(zero, 1).norm, 0);
  EXPECT_EQ(clip<TypeParam>(zero, 1).factor, 1);
}

TYPED_TEST(ClipTest, LooksAndDoesNotTouch) {
  auto gradient = gradient_of<TypeParam>(1);
  const auto before = values_of<TypeParam>(gradient);
  const std::int64_t allocations = MemoryMeter::allocations();
  clip<TypeParam>(gradient, 1);
  EXPECT_EQ(MemoryMeter::allocations(), allocations);
  EXPECT_TRUE(same_bits(values_of<TypeParam>(gradient), before));
}

TYPED_TEST(ClipTest, HasTheSameBitsForEveryNumberOfThreads) {
  std::vector<std::pair<std::string, std::vector<std::size_t>>> tensors;
  for (std::size_t t = 0; t < 60; ++t) {
    tensors.push_back({"tensor" + std::to_string(t), {17 * t + 1, 13}});
  }
  NamedTensors<TypeParam> gradient(tensors);
  const int before = threads();
  // One sum may be rounded alike by chance.
  for (int seed = 0; seed < 8; ++seed) {
    draw<TypeParam>(gradient, seed);
    set_threads(1);
    const double expected = clip<TypeParam>(gradient, 1).norm;
    for (const int count : {2, 3, 4}) {
      set_threads(count);
      EXPECT_EQ(clip<TypeParam>(gradient, 1).norm, expected) << count;
    }
  }
  set_threads(before);
}

TYPED_TEST(ClipTest, NamesTheFirstValueThatIsNotFinite) {
  auto gradient = gradient_of<TypeParam>(1);
  const auto error_at = [&](auto name, std::size_t index, TypeParam value) {
    gradient[name][index] = value;
    return error_of([&] { clip<TypeParam>(gradient, 1); });
  };
  EXPECT_EQ(error_at("head.weight", 5, HUGE_VALF),
            "the gradient of head.weight[1, 0] is inf: must be finite");
  EXPECT_EQ(error_at("norm.scale", 6, -HUGE_VALF),
            "the gradient of norm.scale[6] is -inf: must be finite");
  EXPECT_EQ(error_at("layer.weight", 96 * 131 + 130, NAN),
            "the gradient of layer.weight[96, 130] is nan: must be finite");
}

TYPED_TEST(ClipTest, ReadsEachValueOnce) {
  auto gradient = gradient_of<TypeParam>(1);
  gradient["norm.scale"][3] = NAN;
  Ledger counting(Ledger::Mode::count_only);
  EXPECT_EQ(clip_by_global_norm<TypeParam>(gradient, 1, counting).factor, 1);
  gradient["norm.scale"][3] = 0;
  Ledger ledger;
  clip_by_global_norm<TypeParam>(gradient, 1, ledger);
  const Work expected{.bytes_moved =
                          (97 * 131 + 131 + 7 + 15) * sizeof(TypeParam)};
  for (const Ledger* each : {&counting, &ledger}) {
    EXPECT_EQ(each->counted()[Part::update], expected);
    EXPECT_EQ(each->counted().total(), expected);
  }
}

// Their squares are infinite, they are not.
TEST(Clip, SaysThatANormIsBeyondDouble) {
  NamedTensors<double> large({{"a", {3}}});
  large["a"][1] = 1e200;
  EXPECT_EQ(error_of([&] { clip<double>(large, 1); }),
            "the gradient's norm is beyond 1e154, though each value is finite");
  NamedTensors<float> floats({{"a", {3}}});
  floats["a"][1] = std::numeric_limits<float>::max();
  EXPECT_EQ(clip<float>(floats, kNever).norm,
            static_cast<double>(std::numeric_limits<float>::max()));
}

TEST(Clip, TheLargestNormIsAboveZero) {
  NamedTensors<float> gradient({{"a", {3}}});
  EXPECT_EQ(error_of([&] { clip<float>(gradient, 0); }),
            "the largest norm of a gradient is 0: must be above 0");
  EXPECT_NE(error_of([&] { clip<float>(gradient, NAN); }), "");
}

}  // namespace
}  // namespace suite
