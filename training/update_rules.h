// What optimisers do to one piece of one tensor, on the calling thread. A
// value's new bits depend on its own old ones alone, not on where pieces begin.
#pragma once

#include <cstddef>

#include "training/recipe.h"

namespace suite {

// `count` values of a parameter and what belongs to them; moments that a rule
// doesn't keep are null.
template <class T>
struct UpdateRows {
  std::size_t count = 0;
  T* parameter = nullptr;
  const T* gradient = nullptr;
  T* first = nullptr;   // momentum, or the mean gradient m
  T* second = nullptr;  // the mean squared gradient v
};

// What is the same for all pieces of a step.
struct UpdateStep {
  double rate = 0;
  double factor = 1;    // of the gradient
  double inverse1 = 1;  // 1/(1 − β1^step): m̂ = inverse1·m
  double inverse2 = 1;  // of v
};

// One pass over all that belongs to the values. `decay` is λ, or 0 for a
// parameter that doesn't.
template <class T>
void sgd_update(const Recipe& recipe, const UpdateStep& step, double decay,
                const UpdateRows<T>& rows);
template <class T>
void adamw_update(const Recipe& recipe, const UpdateStep& step, double decay,
                  const UpdateRows<T>& rows);

// LAMB's first pass moves the moments on and measures.
struct LambSquares {
  double parameter = 0;  // Σ p²
  double update = 0;     // Σ w²
};
template <class T>
LambSquares lamb_moments(const Recipe& recipe, const UpdateStep& step,
                         double decay, const UpdateRows<T>& rows);

// The second takes the step: p ← p − rate·ratio·w, w made again.
template <class T>
void lamb_update(const Recipe& recipe, const UpdateStep& step, double decay,
                 double ratio, const UpdateRows<T>& rows);

}  // namespace suite
