// What the queries of one head have seen of some keys: all that streaming attention
// carries. It absorbs tiles of keys (absorb.h), merges with what was seen of other
// keys, and finishes as means. One block of memory without a gap, that can be kept
// or sent elsewhere: splitting keys over tiles, threads or machines is one merge.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "primitives/attention/running_softmax.h"
#include "primitives/panels/panels.h"

namespace suite {

// A view of that block, a RunningSoftmax for each panel of the queries.
template <class T>
class AttentionState {
 public:
  // How many values it is made of.
  static std::size_t size(std::size_t queries, std::size_t v_channels) {
    return padded<T>(queries) * (2 + v_channels);
  }

  AttentionState(T* values, std::size_t queries, std::size_t v_channels)
      : values_(values), queries_(queries), v_channels_(v_channels) {}

  std::size_t queries() const { return queries_; }
  std::size_t panels() const { return panel_count<T>(queries_); }

  // Of the panel that begins with query `first`.
  template <std::size_t vectors>
  RunningSoftmax<T, vectors> panel(std::size_t first) const {
    return {values_ + first * (2 + v_channels_), v_channels_};
  }

  // Nothing is seen.
  void clear() const {
    for_each_panel<T>(queries_, [&](std::size_t first, auto vectors) {
      panel<vectors()>(first).clear();
    });
  }

  // Adds what `other` has seen of other keys, for one panel of the queries.
  void merge(const AttentionState& other, std::size_t index) const {
    with_panel<T>(queries_, index, [&](std::size_t first, auto vectors) {
      panel<vectors()>(first).merge(other.template panel<vectors()>(first));
    });
  }

  // means[queries, v_channels] ← the weighted means of one panel, zeros where a
  // query has seen no key; log_sum_exp[queries], unless it is null, ← the
  // logarithm of the sum of e^logit, −∞ likewise.
  void finish(std::size_t index, MatrixView<T> means,
              T* log_sum_exp = nullptr) const {
    with_panel<T>(queries_, index, [&](std::size_t first, auto vectors) {
      const auto state = panel<vectors()>(first);
      const std::size_t count = std::min(state.kWidth, queries_ - first);
      std::array<T, state.kWidth> inverse;
      for (std::size_t i = 0; i < state.kWidth; ++i) {
        inverse[i] = state.sum()[i] == 0 ? T(0) : 1 / state.sum()[i];
      }
      unpack_rows(state.weighted(), state.kWidth, inverse.data(),
                  means.row_range(first, count));
      for (std::size_t i = 0; log_sum_exp != nullptr && i < count; ++i) {
        log_sum_exp[first + i] = static_cast<T>(std::numbers::ln2) *
                                     (state.reference()[i] +
                                      std::log2(state.sum()[i]));
      }
    });
  }

 private:
  T* values_;
  std::size_t queries_, v_channels_;
};

}  // namespace suite
