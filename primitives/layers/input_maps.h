// What turns inputs into keys and values.
#pragma once

#include "primitives/layer_norm.h"
#include "primitives/linear.h"

namespace suite {

template <class T>
struct InputMaps {
  const LayerNorm<T>* norm = nullptr;  // null: inputs are mapped as they are
  const Linear<T>* key = nullptr;      // [C, qk_channels]
  const Linear<T>* value = nullptr;    // [C, v_channels]
};

// Null without one.
template <class T>
const T* bias_of(const Linear<T>& layer) {
  return layer.bias.size() > 0 ? layer.bias.data() : nullptr;
}

}  // namespace suite
