#include "primitives/attention/running_softmax.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "primitives/testing.h"

namespace suite {
namespace {

constexpr std::size_t kKeys = 49, kChannels = 3;

// Logits [keys, width] and values [keys, channels], and states of some of them.
template <class T, std::size_t vectors>
struct Panel {
  using State = RunningSoftmax<T, vectors>;
  static constexpr std::size_t kWidth = State::kWidth;

  struct Owned {
    // Of memory that was used before.
    std::vector<T> block = std::vector<T>((2 + kChannels) * kWidth, T(7));
    State view() { return {block.data(), kChannels}; }
    Owned() { view().clear(); }
  };

  Tensor<T, 2> logits = normal_tensor<T, 2>({kKeys, kWidth}, 1);
  Tensor<T, 2> values = normal_tensor<T, 2>({kKeys, kChannels}, 2);

  Panel() {
    for (T& logit : logits) logit *= 8;
  }

  // Keys [first, last) pass by: weighed, and their weighted sum added.
  std::vector<T> add(Owned& to, std::size_t first, std::size_t last) {
    std::vector<T> weights(&logits.data()[first * kWidth],
                           &logits.data()[last * kWidth]);
    to.view().weigh(weights.data(), last - first);
    for (std::size_t n = first; n < last; ++n) {
      for (std::size_t c = 0; c < kChannels; ++c) {
        for (std::size_t i = 0; i < kWidth; ++i) {
          to.view().weighted()[c * kWidth + i] +=
              weights[(n - first) * kWidth + i] * values(n, c);
        }
      }
    }
    return weights;
  }
  Owned state(std::size_t first, std::size_t last) {
    Owned made;
    add(made, first, last);
    return made;
  }

  // Is it the state of the keys [0, last)?
  void expect_state(Owned& owned, std::size_t last) {
    const State state = owned.view();
    for (std::size_t i = 0; i < kWidth; ++i) {
      double highest = -std::numeric_limits<double>::infinity();
      double sum = 0, weighted[kChannels] = {};
      const auto each = [&](const auto& f) {
        for (std::size_t n = 0; n < last; ++n) f(n, double(logits(n, i)));
      };
      each([&](std::size_t, double x) { highest = std::max(highest, x); });
      each([&](std::size_t n, double x) {
        sum += std::exp2(x - highest);
        for (std::size_t c = 0; c < kChannels; ++c) {
          weighted[c] += std::exp2(x - highest) * values(n, c);
        }
      });
      const double allowed = 16 * kEpsilon<T> * (1 + sum);
      EXPECT_EQ(state.reference()[i], sum > 0 ? T(highest) : State::kNothingSeen)
          << i;
      EXPECT_NEAR(state.sum()[i], sum, allowed) << i;
      for (std::size_t c = 0; c < kChannels; ++c) {
        EXPECT_NEAR(state.weighted()[c * kWidth + i], weighted[c], 4 * allowed);
      }
    }
  }
};

template <class T>
class RunningSoftmaxTest : public testing::Test {
 protected:
  // For panels of one, two and three vectors.
  template <class F>
  static void for_each_width(const F& f) {
    f(Panel<T, 1>());
    f(Panel<T, 2>());
    f(Panel<T, 3>());
  }
};
TYPED_TEST_SUITE(RunningSoftmaxTest, Scalars, ScalarNames);

TYPED_TEST(RunningSoftmaxTest, BeginsWithNothing) {
  this->for_each_width([](auto panel) {
    typename decltype(panel)::Owned state;
    panel.expect_state(state, 0);
    for (const TypeParam x : state.block) EXPECT_TRUE(std::isfinite(x));
  });
}

TYPED_TEST(RunningSoftmaxTest, AbsorbsTilesHoweverCut) {
  this->for_each_width([](auto panel) {
    for (const std::size_t tile : {1, 2, 7, 16, 48, 49}) {
      typename decltype(panel)::Owned state;
      for (std::size_t n = 0; n < kKeys; n += tile) {
        panel.add(state, n, std::min(n + tile, kKeys));
        panel.expect_state(state, std::min(n + tile, kKeys));
      }
    }
  });
}

TYPED_TEST(RunningSoftmaxTest, WeightsAreRelativeToTheNewMaximum) {
  this->for_each_width([](auto panel) {
    typename decltype(panel)::Owned state;
    panel.add(state, 0, 20);
    const auto weights = panel.add(state, 20, kKeys);
    constexpr std::size_t kWidth = decltype(panel)::kWidth;
    for (std::size_t j = 0; j < weights.size(); ++j) {
      const double logit = panel.logits(20 + j / kWidth, j % kWidth);
      const double maximum = state.view().reference()[j % kWidth];
      EXPECT_NEAR(weights[j], std::exp2(logit - maximum),
                  4 * kEpsilon<TypeParam>);
    }
  });
}

TYPED_TEST(RunningSoftmaxTest, TheWholeIsTheMergeOfAnyTwoParts) {
  this->for_each_width([](auto panel) {
    for (std::size_t split = 0; split <= kKeys; ++split) {
      auto left = panel.state(0, split), right = panel.state(split, kKeys);
      auto other = right;
      other.view().merge(left.view());
      left.view().merge(right.view());
      panel.expect_state(left, kKeys);
      panel.expect_state(other, kKeys);
    }
  });
}

TYPED_TEST(RunningSoftmaxTest, ManyPartsMergeInAnyOrder) {
  this->for_each_width([](auto panel) {
    std::vector<typename decltype(panel)::Owned> parts;
    for (std::size_t n = 0; n < kKeys; n += 7) {
      parts.push_back(panel.state(n, n + 7));
    }
    auto forwards = parts, tree = parts;
    for (std::size_t i = 1; i < parts.size(); ++i) {
      forwards[0].view().merge(forwards[i].view());
    }
    for (std::size_t step = 1; step < parts.size(); step *= 2) {
      for (std::size_t i = 0; i + step < parts.size(); i += 2 * step) {
        tree[i].view().merge(tree[i + step].view());
      }
    }
    panel.expect_state(forwards[0], kKeys);
    panel.expect_state(tree[0], kKeys);
  });
}

TYPED_TEST(RunningSoftmaxTest, MergingNothingChangesNoBit) {
  this->for_each_width([](auto panel) {
    typename decltype(panel)::Owned nothing;
    auto state = panel.state(0, kKeys);
    const auto before = state.block;
    state.view().merge(nothing.view());
    EXPECT_EQ(state.block, before);
    nothing.view().merge(state.view());
    EXPECT_EQ(nothing.block, before);
  });
}

TYPED_TEST(RunningSoftmaxTest, AnEmptyTileChangesNoBit) {
  this->for_each_width([](auto panel) {
    auto state = panel.state(0, 20);
    const auto before = state.block;
    panel.add(state, 20, 20);
    EXPECT_EQ(state.block, before);
  });
}

TYPED_TEST(RunningSoftmaxTest, RefersToTheHighestOfTheFirst) {
  this->for_each_width([](auto panel) {
    typename decltype(panel)::Owned state;
    EXPECT_TRUE(state.view().empty());
    state.view().refer_to(panel.logits.data(), 7);
    EXPECT_FALSE(state.view().empty());
    for (std::size_t i = 0; i < decltype(panel)::kWidth; ++i) {
      TypeParam highest = panel.logits(0, i);
      for (std::size_t n = 1; n < 7; ++n) {
        highest = std::max(highest, panel.logits(n, i));
      }
      EXPECT_EQ(state.view().reference()[i], highest);
      EXPECT_EQ(state.view().sum()[i], 0);
    }
  });
}

// One lane out of bounds, too large or no number, and no lane is added to.
TYPED_TEST(RunningSoftmaxTest, AddsSumsThatFitAndNoOthers) {
  using T = TypeParam;
  this->for_each_width([](auto panel) {
    using State = typename decltype(panel)::State;
    constexpr std::size_t kVectors = State::kWidth / kLanes<T>;
    const auto add = [](auto& owned, std::vector<T>& sums) {
      Vec<T> vectors[kVectors];
      for (std::size_t v = 0; v < kVectors; ++v) {
        vectors[v] = load(sums.data() + v * kLanes<T>);
      }
      return owned.view().add(vectors);
    };
    auto state = panel.state(0, 20);
    const auto before = state.block;
    for (const T wrong : {State::kMost * 2, std::numeric_limits<T>::infinity(),
                          std::numeric_limits<T>::quiet_NaN()}) {
      for (std::size_t i = 0; i < State::kWidth; ++i) {
        std::vector<T> sums(State::kWidth, T(2));
        sums[i] = wrong;
        EXPECT_FALSE(add(state, sums)) << wrong << ' ' << i;
        EXPECT_EQ(state.block, before);
      }
    }
    std::vector<T> sums(State::kWidth, T(2));
    sums[0] = State::kMost;
    EXPECT_TRUE(add(state, sums));
    for (std::size_t i = 0; i < State::kWidth; ++i) {
      EXPECT_EQ(state.view().sum()[i], before[State::kWidth + i] + sums[i]);
    }
  });
}

// Weights of e^-1000 are nothing beside one, but all that there is among
// themselves.
TYPED_TEST(RunningSoftmaxTest, LogitsMayAllBeFarBelowZero) {
  this->for_each_width([](auto panel) {
    for (TypeParam& logit : panel.logits) logit -= 5000;
    auto left = panel.state(0, 20), right = panel.state(20, kKeys);
    left.view().merge(right.view());
    panel.expect_state(left, kKeys);
  });
}

// A thousand apart: one lane's largest is another's smallest.
TYPED_TEST(RunningSoftmaxTest, EveryLaneHasAMaximumOfItsOwn) {
  this->for_each_width([](auto panel) {
    constexpr std::size_t kWidth = decltype(panel)::kWidth;
    for (std::size_t n = 0; n < kKeys; ++n) {
      for (std::size_t i = 0; i < kWidth; ++i) {
        panel.logits(n, i) += 1000 * TypeParam((n * 5 + i * 3) % 7) - 3000;
      }
    }
    typename decltype(panel)::Owned state;
    for (std::size_t n = 0; n < kKeys; n += 7) panel.add(state, n, n + 7);
    panel.expect_state(state, kKeys);
  });
}

}  // namespace
}  // namespace suite
