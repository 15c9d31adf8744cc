#include "training/latents/specialisation.h"

#include <gtest/gtest.h>

#include <cmath>

#include "primitives/random.h"
#include "support/check.h"

namespace suite {
namespace {

constexpr std::size_t kM = 4, kN = 8;

// where(example, latent, input): any positive weight.
template <class F>
Tensor<float, 4> maps(std::size_t batch, const F& where) {
  Tensor<float, 4> weights;
  weights.resize({batch, 1, kM, kN});
  for (std::size_t b = 0; b < batch; ++b) {
    for (std::size_t m = 0; m < kM; ++m) {
      double sum = 0;
      for (std::size_t n = 0; n < kN; ++n) sum += where(b, m, n);
      for (std::size_t n = 0; n < kN; ++n) {
        weights(b, 0, m, n) = static_cast<float>(where(b, m, n) / sum);
      }
    }
  }
  return weights;
}

Specialisation of(const Tensor<float, 4>& weights) {
  AttentionMaps all;
  all.add(weights);
  return all.specialisation();
}

TEST(Specialisation, OfLatentsThatLookEverywhere) {
  const auto found = of(maps(3, [](auto, auto, auto) { return 1.0; }));
  EXPECT_NEAR(found.information, 0, 1e-6);
  EXPECT_NEAR(found.distinct, 1, 1e-6);
  EXPECT_NEAR(found.entropy, 1, 1e-6);
  EXPECT_NEAR(found.position, 0, 1e-6);
  EXPECT_NEAR(found.content, 0, 1e-6);
}

// Each at a place of its own, whatever is there.
TEST(Specialisation, ByPosition) {
  const auto found = of(
      maps(3, [](auto, auto m, auto n) { return n == 2 * m ? 1.0 : 0.0; }));
  EXPECT_NEAR(found.information, std::log(kM), 1e-6);
  EXPECT_NEAR(found.distinct, kM, 1e-5);
  EXPECT_NEAR(found.entropy, 0, 1e-6);
  EXPECT_NEAR(found.position, std::log(kN), 1e-6);
  EXPECT_NEAR(found.content, 0, 1e-6);
}

// Each at one thing, which stands elsewhere in every example.
TEST(Specialisation, ByContent) {
  const auto found = of(maps(kN, [](auto b, auto m, auto n) {
    return n == (2 * m + b) % kN ? 1.0 : 0.0;
  }));
  EXPECT_NEAR(found.information, std::log(kM), 1e-6);
  EXPECT_NEAR(found.position, 0, 1e-6);
  EXPECT_NEAR(found.content, std::log(kN), 1e-6);
}

TEST(Specialisation, OfTwoPairs) {
  const auto found = of(maps(
      1, [](auto, auto m, auto n) { return n == m / 2 ? 1.0 : 0.0; }));
  EXPECT_NEAR(found.distinct, 2, 1e-5);
}

// Scores of unit variance that mean nothing: what training is compared with.
TEST(Specialisation, TheNullIsNotZero) {
  AttentionMaps all;
  Random random(5);
  for (int batch = 0; batch < 20; ++batch) {
    Tensor<float, 4> weights;
    weights.resize({20, 1, 32, 256});
    for (std::size_t row = 0; row < 20 * 32; ++row) {
      float* p = weights.data() + row * 256;
      double sum = 0;
      for (std::size_t n = 0; n < 256; ++n) {
        p[n] = static_cast<float>(std::exp(random.normal()));
        sum += static_cast<double>(p[n]);
      }
      for (std::size_t n = 0; n < 256; ++n) {
        p[n] = static_cast<float>(static_cast<double>(p[n]) / sum);
      }
    }
    all.add(weights);
  }
  EXPECT_NEAR(all.specialisation().information, 0.46, 0.02);
}

TEST(Specialisation, DoesNotDependOnHowItIsGathered) {
  const auto where = [](auto b, auto m, auto n) {
    return 1.0 + static_cast<double>((3 * b + 5 * m + 7 * n) % 11);
  };
  const auto together = of(maps(6, where));
  AttentionMaps parts;
  parts.add(maps(2, where));
  parts.add(maps(4, [&](auto b, auto m, auto n) { return where(b + 2, m, n); }));
  EXPECT_NEAR(parts.specialisation().information, together.information, 1e-12);
  EXPECT_NEAR(parts.specialisation().content, together.content, 1e-12);
}

TEST(Specialisation, LeavesOutWhoSeesNothing) {
  auto weights = maps(
      2, [](auto, auto m, auto n) { return n == 2 * m ? 1.0 : 0.0; });
  for (std::size_t m = 0; m < kM; ++m) {
    for (std::size_t n = 0; n < kN; ++n) weights(1, 0, m, n) = 0;
  }
  EXPECT_NEAR(of(weights).information, std::log(kM), 1e-6);
  EXPECT_THROW(AttentionMaps().specialisation(), Error);
  AttentionMaps all;
  all.add(weights);
  weights.resize({1, 2, kM, kN});
  EXPECT_THROW(all.add(weights), Error);
}

TEST(MeanMaps, SumToOne) {
  AttentionMaps all;
  all.add(maps(3, [](auto b, auto m, auto n) {
    return 1.0 + static_cast<double>((b + m + n) % 3);
  }));
  const Tensor<float, 2> mean = all.mean();
  for (std::size_t m = 0; m < kM; ++m) {
    double sum = 0;
    for (std::size_t n = 0; n < kN; ++n) sum += static_cast<double>(mean(m, n));
    EXPECT_NEAR(sum, 1, 1e-6);
  }
}

}  // namespace
}  // namespace suite
