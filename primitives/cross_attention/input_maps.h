// What turns inputs into keys and values.
#pragma once

#include "primitives/layers/layer_norm.h"
#include "primitives/layers/linear.h"

namespace suite {

template <class T>
struct InputMaps {
  const LayerNorm<T>* norm = nullptr;  // null: inputs are mapped as they are
  const Linear<T>* key = nullptr;      // [C, qk_channels]
  const Linear<T>* value = nullptr;    // [C, v_channels]
};

}  // namespace suite
