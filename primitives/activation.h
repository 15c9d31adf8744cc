// GELU (Hendrycks and Gimpel 2016) in the two forms that the published models
// use; they differ by at most 4.7e-4.
#pragma once

#include "primitives/tensor.h"

namespace suite {

enum class Gelu {
  erf,   // x·Φ(x), exact: Hugging Face
  tanh,  // the tanh approximation: DeepMind
};

// values[rows, cols] ← gelu(values + bias), `bias` of `cols` values or null.
// Cost: no MACs; reads and writes the values once.
template <class T>
void gelu(MatrixView<T> values, const T* bias, Gelu form);

}  // namespace suite
