// Arithmetic that never leaves the registers: what a core can do when it waits
// for no memory.
#pragma once

#include <array>
#include <cstddef>
#include <utility>

#include "primitives/simd.h"

namespace suite {

// Vectors that are worked on side by side, since each waits for its last
// result. A core starts 2 multiply-adds a cycle, some start 4, and has each
// done 4 cycles later; what is left of the registers holds constants, of which
// an exponential has many.
inline constexpr std::size_t kFmaChains = kVectorRegisters * 3 / 4;
template <class T>
inline constexpr std::size_t kExpChains =
    kVectorRegisters / (sizeof(T) == sizeof(float) ? 2 : 4);

// The same value, of which the compiler knows nothing: a chain that starts
// where x = x·a + b would not be computed if it did.
template <class T>
T unknown(T value) {
  volatile T hidden = value;
  return hidden;
}

// Applies `step` to each of `chains` vectors, `rounds` times, and returns the
// sum of all their lanes. Chain c starts as (c + 1) · start in every lane:
// equal chains would be computed once.
template <std::size_t chains, class T, class Step>
T run_chains(std::size_t rounds, T start, const Step& step) {
  // A loop over chains would keep them in memory; a fold keeps them in
  // registers.
  return [&]<std::size_t... c>(std::index_sequence<c...>) {
    std::array<Vec<T>, chains> x = {Vec<T>(T(c + 1) * start)...};
    for (std::size_t round = 0; round < rounds; ++round) {
      ((x[c] = step(x[c])), ...);
    }
    return (sum_lanes(x[c]) + ...);
  }
  (std::make_index_sequence<chains>());
}

// x ← x·a + b in every lane of every chain.
// Cost: rounds · kFmaChains · kLanes<T> MACs.
template <class T>
T fma_chains(std::size_t rounds, T a, T b) {
  const Vec<T> factor(unknown(a)), term(unknown(b));
  return run_chains<kFmaChains, T>(rounds, 1, [&](const Vec<T>& x) {
    return xsimd::fma(x, factor, term);
  });
}

// x ← 2^(x·a + b): what softmax does to each logit at the least, scale it, take
// the row's maximum off, and raise. Needs a < 0 and b ≤ 0.
// Cost: rounds · kExpChains<T> · kLanes<T> exponentials.
template <class T>
T exp2_chains(std::size_t rounds, T a, T b) {
  const Vec<T> factor(unknown(a)), term(unknown(b));
  return run_chains<kExpChains<T>, T>(rounds, T(0.01), [&](const Vec<T>& x) {
    return power_of_two<T>(xsimd::fma(x, factor, term));
  });
}

}  // namespace suite
