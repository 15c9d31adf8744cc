// What attention carries from one tile of keys to the next, for a panel of
// queries: a reference for the logits, the sum of the weights relative to it,
// and the weighted sum of the values. Two such states of disjoint keys merge
// into the state of their union; that is all there is to splitting keys over
// tiles, threads or machines (Milakov and Gimelshein 2018; Rabe and Staats 2021).
//
// Any reference gives the same answer as long as nothing overflows, so it need
// not be the maximum of all logits seen: it is that of the first few, and is
// raised when a tile's weights exceed kMost. So weights leave the registers of
// the product that made their logits as they are, and no tile is looked at twice.
//
// Where all lanes read the same keys, none looks at another: a query has the
// same bits whatever is beside it.
#pragma once

#include <cstddef>
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
  // The sum of a tile's weights that still fits: far from overflow, and above
  // what logits that are all alike or normally distributed come to.
  static constexpr T kMost = 65536;

  T* block;
  std::size_t channels;

  T* reference() const { return block; }
  T* sum() const { return block + kWidth; }
  T* weighted() const { return block + 2 * kWidth; }

  void clear() const {
    for (std::size_t i = 0; i < kWidth; ++i) reference()[i] = kNothingSeen;
    for (std::size_t i = 0; i < (1 + channels) * kWidth; ++i) sum()[i] = T(0);
  }
  bool empty() const { return reference()[0] == kNothingSeen; }

  // Makes the maximum of scores[keys, width] the reference of an empty state.
  void refer_to(const T* scores, std::size_t keys) const {
    Vec<T> highest[vectors];
    maximum(scores, keys, highest);
    for (std::size_t v = 0; v < vectors; ++v) {
      store(reference() + v * kLanes<T>, highest[v]);
    }
  }

  // Adds a tile's sums of weights, unless one is more than kMost or a NaN: then
  // the tile is to be weighed anew, and false is returned.
  bool add(const Vec<T> (&sums)[vectors]) const {
    bool fits = true;
    for (std::size_t v = 0; v < vectors; ++v) {
      fits = fits && xsimd::all(sums[v] <= Vec<T>(kMost));
    }
    for (std::size_t v = 0; v < vectors && fits; ++v) {
      T* total = sum() + v * kLanes<T>;
      store(total, load(total) + sums[v]);
    }
    return fits;
  }

  // scores[keys, width] ← weights relative to the highest logit seen; the state
  // is rescaled to it and their sum is added. The caller adds their weighted
  // sum.
  void weigh(T* scores, std::size_t keys) const {
    Vec<T> highest[vectors];
    maximum(scores, keys, highest);
    weigh(scores, keys, highest);
  }

  // The same of a tile whose sums add() has refused: a lane whose own fits
  // keeps its reference, and so the bits that it would have beside others.
  void weigh_anew(T* scores, std::size_t keys,
                  const Vec<T> (&sums)[vectors]) const {
    Vec<T> highest[vectors];
    maximum(scores, keys, highest);
    for (std::size_t v = 0; v < vectors; ++v) {
      highest[v] = xsimd::select(sums[v] <= Vec<T>(kMost),
                                 load(reference() + v * kLanes<T>), highest[v]);
    }
    weigh(scores, keys, highest);
  }

  void merge(const RunningSoftmax& other) const {
    Vec<T> highest[vectors], total[vectors];
    for (std::size_t v = 0; v < vectors; ++v) {
      highest[v] = xsimd::max(load(reference() + v * kLanes<T>),
                              load(other.reference() + v * kLanes<T>));
    }
    rescale(highest, total);
    for (std::size_t v = 0; v < vectors; ++v) {
      const std::size_t lane = v * kLanes<T>;
      const Vec<T> factor =
          power_of_two(load(other.reference() + lane) - highest[v]);
      store(sum() + lane, total[v] + factor * load(other.sum() + lane));
      for (std::size_t c = 0; c < channels; ++c) {
        const std::size_t at = c * kWidth + lane;
        store(weighted() + at, load(weighted() + at) +
                                   factor * load(other.weighted() + at));
      }
    }
  }

 private:
  // highest ← the maximum of the reference and the scores.
  void maximum(const T* scores, std::size_t keys,
               Vec<T> (&highest)[vectors]) const {
    for (std::size_t v = 0; v < vectors; ++v) {
      highest[v] = load(reference() + v * kLanes<T>);
    }
    for (std::size_t n = 0; n < keys; ++n) {
      for (std::size_t v = 0; v < vectors; ++v) {
        const Vec<T> score = load(scores + n * kWidth + v * kLanes<T>);
        highest[v] = xsimd::max(highest[v], score);
      }
    }
  }

  // The weights are summed before they are added, as those of a tile that fits.
  void weigh(T* scores, std::size_t keys,
             const Vec<T> (&highest)[vectors]) const {
    Vec<T> total[vectors], added[vectors];
    rescale(highest, total);
    for (std::size_t v = 0; v < vectors; ++v) added[v] = Vec<T>(T(0));
    for (std::size_t n = 0; n < keys; ++n) {
      for (std::size_t v = 0; v < vectors; ++v) {
        T* score = scores + n * kWidth + v * kLanes<T>;
        const Vec<T> weight = power_of_two(load(score) - highest[v]);
        added[v] += weight;
        store(score, weight);
      }
    }
    for (std::size_t v = 0; v < vectors; ++v) {
      store(sum() + v * kLanes<T>, total[v] + added[v]);
    }
  }

  // Makes `highest` the reference; `total` receives the rescaled sum.
  void rescale(const Vec<T> (&highest)[vectors],
               Vec<T> (&total)[vectors]) const {
    for (std::size_t v = 0; v < vectors; ++v) {
      const std::size_t lane = v * kLanes<T>;
      const Vec<T> factor = power_of_two(load(reference() + lane) - highest[v]);
      store(reference() + lane, highest[v]);
      total[v] = factor * load(sum() + lane);
      for (std::size_t c = 0; c < channels; ++c) {
        T* value = weighted() + c * kWidth + lane;
        store(value, factor * load(value));
      }
    }
  }
};

}  // namespace suite
