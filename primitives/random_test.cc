// Every result stands on these bits: those below were written down once and
// must never change.
#include "primitives/random.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <vector>

#include "primitives/testing.h"
#include "primitives/threads.h"

namespace suite {
namespace {

constexpr std::size_t kMany = 200000;
constexpr std::size_t kChunk = 4096;  // values of one stream, see random.cc

struct Moments {
  double mean = 0, variance = 0, fourth = 0;  // central, over σ⁴
};

template <class Values>
Moments moments(const Values& values) {
  Moments m;
  const auto count = static_cast<double>(values.size());
  for (const double x : values) m.mean += x / count;
  for (const double x : values) {
    m.variance += std::pow(x - m.mean, 2) / count;
    m.fourth += std::pow(x - m.mean, 4) / count;
  }
  m.fourth /= m.variance * m.variance;
  return m;
}

template <class F>
std::vector<double> draws(std::uint64_t seed, const F& draw) {
  Random random(seed);
  std::vector<double> values(kMany);
  for (double& value : values) value = draw(random);
  return values;
}

// As in the generator's other implementations, seeded by SplitMix64.
TEST(Random, IsXoshiro256StarStar) {
  Random random(0);
  EXPECT_EQ(random.next(), 11091344671253066420u);
  EXPECT_EQ(random.next(), 13793997310169335082u);
  EXPECT_EQ(random.next(), 1900383378846508768u);
  EXPECT_EQ(random.next(), 7684712102626143532u);
}

TEST(Random, GivesTheBitsItAlwaysGave) {
  Random uniform(7), normal(7), below(7);
  for (const double value :
       {0x1.66b1f5ee9df2ep-1, 0x1.1d70f6593d20ap-2, 0x1.ade3a6932a58fp-1}) {
    EXPECT_EQ(uniform.uniform(), value);
  }
  for (const double value : {0x1.edc0d635eea0bp-1, -0x1.3739755916c21p-2,
                             0x1.381c0324118c3p-2, -0x1.b375fc61f0764p+0}) {
    EXPECT_EQ(normal.normal(), value);
  }
  for (const std::uint64_t value : {994, 674, 638, 664, 664, 721}) {
    EXPECT_EQ(below.below(1000), value);
  }
}

TEST(Random, EverySeedHasDrawsOfItsOwn) {
  std::set<std::uint64_t> seen;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Random random(seed), again(seed);
    for (int i = 0; i < 100; ++i) {
      const std::uint64_t draw = random.next();
      EXPECT_EQ(again.next(), draw);
      EXPECT_TRUE(seen.insert(draw).second);
    }
  }
}

// Bounds of five standard errors: of the mean √(σ²/n), of the variance √(2/n).
TEST(Random, UniformDrawsFillTheUnitInterval) {
  const auto values = draws(1, [](Random& r) { return r.uniform(); });
  for (const double x : values) ASSERT_TRUE(x >= 0 && x < 1);
  const Moments m = moments(values);
  EXPECT_NEAR(m.mean, 0.5, 5 * std::sqrt(1.0 / 12 / kMany));
  EXPECT_NEAR(m.variance, 1.0 / 12, 5 * std::sqrt(1.0 / 180 / kMany));
}

TEST(Random, NormalDrawsAreNormal) {
  const auto values = draws(2, [](Random& r) { return r.normal(); });
  const Moments m = moments(values);
  EXPECT_NEAR(m.mean, 0, 5 * std::sqrt(1.0 / kMany));
  EXPECT_NEAR(m.variance, 1, 5 * std::sqrt(2.0 / kMany));
  EXPECT_NEAR(m.fourth, 3, 5 * std::sqrt(24.0 / kMany));
  // Their distribution, at some points.
  for (const double x : {-3.0, -1.0, 0.0, 0.5, 2.0}) {
    double share = 0;
    for (const double value : values) share += (value < x) / double(kMany);
    const double expected = std::erfc(-x / std::sqrt(2.0)) / 2;
    EXPECT_NEAR(share, expected,
                5 * std::sqrt(expected * (1 - expected) / kMany));
  }
}

TEST(Random, DrawsBelowABoundReachAllOfItEvenly) {
  for (const std::uint64_t bound : {1u, 2u, 7u, 10u}) {
    std::vector<double> counts(bound);
    for (const double x : draws(3, [=](Random& r) { return r.below(bound); })) {
      ASSERT_LT(x, bound);
      ++counts[static_cast<std::size_t>(x)];
    }
    const double expected = double(kMany) / bound;
    for (const double count : counts) {
      EXPECT_NEAR(count, expected, 5 * std::sqrt(expected)) << bound;
    }
  }
}

// A bound of two thirds of 2^64 has a third of all draws redrawn; taking the
// remainder instead would favour the lower half.
TEST(Random, LargeBoundsFavourNothing) {
  const std::uint64_t bound = 0xaaaaaaaaaaaaaaabu;
  double low = 0;
  for (const double x : draws(4, [=](Random& r) { return r.below(bound); })) {
    low += x < bound / 2.0;
  }
  EXPECT_NEAR(low / kMany, 0.5, 5 * std::sqrt(0.25 / kMany));
}

TEST(DeriveSeed, GivesTheBitsItAlwaysGave) {
  EXPECT_EQ(derive_seed(7, ""), 0x9559efa30f5d9071u);
  EXPECT_EQ(derive_seed(7, "input"), 0xdcc62c5712393c6bu);
  EXPECT_EQ(derive_seed(8, "input"), 0xdeec8a40810303bcu);
}

TEST(DeriveSeed, EveryNameHasASeedOfItsOwn) {
  const std::set<std::string> names = {
      "", "a", "b", "ab", "ba", "aa", "block0.query", "block1.query", "\xff"};
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    std::set<std::uint64_t> seeds;
    for (const std::string& name : names) seeds.insert(derive_seed(seed, name));
    EXPECT_EQ(seeds.size(), names.size());
  }
}

TEST(DeriveSeed, EverySeedGivesANameAnother) {
  for (const char* name : {"", "a", "block0.query"}) {
    std::set<std::uint64_t> seeds;
    for (std::uint64_t seed = 0; seed < 1000; ++seed) {
      seeds.insert(derive_seed(seed, name));
    }
    EXPECT_EQ(seeds.size(), 1000u);
  }
}

template <class T>
class FillTest : public testing::Test {
 protected:
  static std::vector<T> normal(std::size_t count, std::uint64_t seed,
                               double deviation = 1) {
    std::vector<T> values(count);
    fill_normal<T>(values, seed, deviation);
    return values;
  }
  static std::vector<T> truncated(std::size_t count, std::uint64_t seed,
                                  double deviation = 1) {
    std::vector<T> values(count);
    fill_truncated_normal<T>(values, seed, deviation);
    return values;
  }
};
TYPED_TEST_SUITE(FillTest, Scalars, ScalarNames);

TYPED_TEST(FillTest, GivesTheBitsItAlwaysGave) {
  using T = TypeParam;
  const auto normal = this->normal(kChunk + 2, 7);
  EXPECT_EQ(normal[0], T(0x1.0b2599c443c3ap+0));
  EXPECT_EQ(normal[kChunk - 1], T(0x1.ece7d6f54e106p+0));
  EXPECT_EQ(normal[kChunk], T(0x1.787d11a4223a5p-1));
  EXPECT_EQ(normal[kChunk + 1], T(0x1.67cd8713069e6p-4));
  const auto truncated = this->truncated(kChunk + 1, 7);
  EXPECT_EQ(truncated[0], T(0x1.0b2599c443c3ap+0));
  EXPECT_EQ(truncated[kChunk - 1], T(0x1.e0743de2dfc1bp+0));
  EXPECT_EQ(truncated[kChunk], T(0x1.787d11a4223a5p-1));
}

TYPED_TEST(FillTest, IsTheSameForEveryNumberOfThreads) {
  const int before = threads();
  set_threads(1);
  const auto normal = this->normal(5 * kChunk + 17, 1);
  const auto truncated = this->truncated(5 * kChunk + 17, 1);
  for (const int count : {2, 3, 7}) {
    set_threads(count);
    EXPECT_EQ(this->normal(normal.size(), 1), normal) << count;
    EXPECT_EQ(this->truncated(normal.size(), 1), truncated) << count;
  }
  set_threads(before);
}

TYPED_TEST(FillTest, ALongerTensorBeginsAsAShorterOne) {
  const auto longest = this->normal(kChunk + 613, 1);
  for (std::size_t extent : kOddExtents) {
    for (const std::size_t count : {extent, kChunk + extent}) {
      const auto values = this->normal(count, 1);
      EXPECT_TRUE(std::equal(values.begin(), values.end(), longest.begin()));
    }
  }
  EXPECT_TRUE(this->normal(0, 1).empty());
}

TYPED_TEST(FillTest, NoChunkRepeatsAnother) {
  const auto values = this->normal(20 * kChunk, 1);
  std::set<TypeParam> first;
  for (std::size_t i = 0; i < values.size(); i += kChunk) {
    EXPECT_TRUE(first.insert(values[i]).second);
  }
  EXPECT_NE(this->normal(10, 1), this->normal(10, 2));
}

TYPED_TEST(FillTest, HasTheDeviationItIsAskedFor) {
  const Moments m = moments(this->normal(kMany, 5, 0.25));
  EXPECT_NEAR(m.mean, 0, 0.25 * 5 * std::sqrt(1.0 / kMany));
  EXPECT_NEAR(m.variance, 0.0625, 0.0625 * 5 * std::sqrt(2.0 / kMany));
}

TYPED_TEST(FillTest, TruncatedDrawsStayWithinTwoDeviations) {
  const double deviation = 0.25;
  const auto values = this->truncated(kMany, 6, deviation);
  double largest = 0;
  for (const double x : values) largest = std::max(largest, std::abs(x));
  EXPECT_LE(largest, 2 * deviation);
  EXPECT_GT(largest, 1.99 * deviation);
  // What a unit normal keeps of its variance: 1 − 4φ(2)/(2Φ(2) − 1).
  const double kept = 0.7737413035499232 * deviation * deviation;
  const Moments m = moments(values);
  EXPECT_NEAR(m.mean, 0, 5 * std::sqrt(kept / kMany));
  EXPECT_NEAR(m.variance, kept, 5 * kept * std::sqrt(2.0 / kMany));
}

}  // namespace
}  // namespace suite
