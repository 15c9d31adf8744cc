// What attention carries from one tile of keys to the next, for a panel of
// queries: the largest logit so far, the sum of the weights relative to it, and
// the weighted sum of the values. Two such states of disjoint keys merge into
// the state of their union; that is all there is to splitting keys over tiles,
// threads or machines (Milakov and Gimelshein 2018; Rabe and Staats 2021).
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

#include "primitives/simd.h"

namespace suite {

// A view of one block of memory, [2 + channels, width]: width = vectors·lanes
// queries side by side. Logits are in units of log 2.
template <class T, std::size_t vectors>
struct RunningSoftmax {
  static constexpr std::size_t kWidth = vectors * kLanes<T>;
  // Below every logit, yet finite: the difference of two of them is 0.
  static constexpr T kNothingSeen = std::numeric_limits<T>::lowest() / 2;

  T* block;
  std::size_t channels;

  T* maximum() const { return block; }
  T* sum() const { return block + kWidth; }
  T* weighted() const { return block + 2 * kWidth; }

  void clear() const {
    for (std::size_t i = 0; i < kWidth; ++i) maximum()[i] = kNothingSeen;
    for (std::size_t i = 0; i < (1 + channels) * kWidth; ++i) sum()[i] = T(0);
  }

  // scores[keys, width] ← weights relative to the new maximum; the state is
  // rescaled to it and their sum is added. The caller adds their weighted sum.
  // Keys whose `valid` is 0 get weight 0.
  void absorb(T* scores, std::size_t keys, const std::uint8_t* valid) const {
    Vec<T> highest[vectors];
    for (std::size_t v = 0; v < vectors; ++v) {
      highest[v] = load(maximum() + v * kLanes<T>);
    }
    for (std::size_t n = 0; n < keys; ++n) {
      if (valid != nullptr && valid[n] == 0) continue;
      for (std::size_t v = 0; v < vectors; ++v) {
        highest[v] = xsimd::max(
            highest[v], load(scores + n * kWidth + v * kLanes<T>));
      }
    }
    Vec<T> total[vectors];
    rescale(highest, total);
    for (std::size_t n = 0; n < keys; ++n) {
      const bool masked = valid != nullptr && valid[n] == 0;
      for (std::size_t v = 0; v < vectors; ++v) {
        T* score = scores + n * kWidth + v * kLanes<T>;
        const Vec<T> weight = masked
                                  ? Vec<T>(T(0))
                                  : exp2_nonpositive(load(score) - highest[v]);
        total[v] += weight;
        store(score, weight);
      }
    }
    for (std::size_t v = 0; v < vectors; ++v) {
      store(sum() + v * kLanes<T>, total[v]);
    }
  }

  void merge(const RunningSoftmax& other) const {
    Vec<T> highest[vectors], total[vectors];
    for (std::size_t v = 0; v < vectors; ++v) {
      highest[v] = xsimd::max(load(maximum() + v * kLanes<T>),
                              load(other.maximum() + v * kLanes<T>));
    }
    rescale(highest, total);
    for (std::size_t v = 0; v < vectors; ++v) {
      const std::size_t lane = v * kLanes<T>;
      const Vec<T> factor =
          exp2_nonpositive(load(other.maximum() + lane) - highest[v]);
      store(sum() + lane, total[v] + factor * load(other.sum() + lane));
      for (std::size_t c = 0; c < channels; ++c) {
        const std::size_t at = c * kWidth + lane;
        store(weighted() + at, load(weighted() + at) +
                                   factor * load(other.weighted() + at));
      }
    }
  }

 private:
  // Makes `highest` the maximum; `total` receives the rescaled sum.
  void rescale(const Vec<T> (&highest)[vectors],
               Vec<T> (&total)[vectors]) const {
    for (std::size_t v = 0; v < vectors; ++v) {
      const std::size_t lane = v * kLanes<T>;
      const Vec<T> factor =
          exp2_nonpositive(load(maximum() + lane) - highest[v]);
      store(maximum() + lane, highest[v]);
      total[v] = factor * load(sum() + lane);
      for (std::size_t c = 0; c < channels; ++c) {
        T* value = weighted() + c * kWidth + lane;
        store(value, factor * load(value));
      }
    }
  }
};

}  // namespace suite
