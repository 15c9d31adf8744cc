// Is the answer right? A contestant against the oracle, on a shape that naive
// loops can afford.
#pragma once

#include <cmath>
#include <cstdint>

#include "contract/contestant.h"

namespace suite {

// As `shape`, with few inputs, latents, blocks and channels per head: heads and
// what is special about the proportions stay.
Shape small_shape(const Shape& shape, const Contestant& contestant,
                  const Options& options);

struct Agreement {
  double worst = 0;    // largest difference of any output value
  double allowed = 0;  // rounding's share, from depth and precision
  // Not where either is infinite or no number.
  bool holds() const { return worst <= allowed && std::isfinite(allowed); }
};

// How far rounding may take an answer at `shape`, of values up to `largest`,
// from the true one. `epsilon` is that of the precision it was computed in.
double allowed_error(const Shape& shape, double largest, double epsilon);

// One that chooses may differ for all but one of so many seeds: another choice by
// rounding is rare, a wrong answer is not.
inline constexpr int kDraws = 3;

// Runs the contestant in precision T with parameters and inputs of `seed`, and
// if it chooses of others that follow from it. `masked` hides every third
// input. With an exchange all ranks run it, and rank 0 compares. Cost: the
// oracle's naive loops.
template <class T>
Agreement compare_with_oracle(const Contestant& contestant, const Shape& shape,
                              const Options& options, std::uint64_t seed,
                              bool masked = false,
                              Exchange* exchange = nullptr);

// The gradient of a random combination of the outputs along a random direction
// of all parameters, by backward and by differences; in double. Throws Error
// unless the contestant has a backward.
Agreement compare_gradient(const Contestant& contestant, const Shape& shape,
                           const Options& options, std::uint64_t seed,
                           Keep keep);

// Has every rank the output of all, or its share of the rows?
bool answers_alike(const Contestant& contestant);

// The output of all from what each rank has of it. All ranks call it.
template <class T>
Tensor<T, 3> whole_output(const Contestant& contestant, const Tensor<T, 3>& own,
                          Exchange& exchange);

// Unit normal inputs[batch, N, C]: every contestant of a shape gets the same.
template <class T>
Tensor<T, 3> random_input(const Shape& shape, std::uint64_t seed);
// Those of a rank's share, drawn without the others.
template <class T>
Tensor<T, 3> random_input(const Shape& shape, std::uint64_t seed,
                          const InputShare& share);

}  // namespace suite
