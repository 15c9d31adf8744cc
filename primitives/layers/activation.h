// The activation of an MLP.
#pragma once

namespace suite {

// GELU (Hendrycks and Gimpel 2016) in the two forms that the published models
// use; they differ by at most 4.7e-4.
enum class Gelu {
  erf,   // x·Φ(x), exact: Hugging Face
  tanh,  // the tanh approximation: DeepMind
};

}  // namespace suite
