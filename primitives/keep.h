// What training keeps.
#pragma once

namespace suite {

// What of a forward is kept for its backward.
enum class Keep {
  activations,  // all that would need a product again
  recompute,  // each layer's input: backward runs the layer's forward once more
              // (Chen et al. 2016)
};

}  // namespace suite
