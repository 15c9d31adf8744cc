// What training keeps.
#pragma once

#include "primitives/cost.h"
#include "primitives/tensor.h"

namespace suite {

// What of a forward is kept for its backward.
enum class Keep {
  activations,  // all that would need a product again
  recompute,  // each layer's input: backward runs the layer's forward once more
              // (Chen et al. 2016)
};

// to ← from, resized to fit: a model's own copy, which is not counted.
template <class T>
void keep_copy(const Tensor<T, 3>& from, Tensor<T, 3>& to,
               const Ledger& ledger) {
  if (ledger.computes()) {
    to = from;
  } else {
    to.resize(from.shape());
  }
}

}  // namespace suite
