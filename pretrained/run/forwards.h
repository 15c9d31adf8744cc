// Forwards of a model, timed and counted.
#pragma once

#include "perceiver/io/model.h"

namespace suite {

struct Forwards {
  const Outputs<float>* outputs = nullptr;  // of the last, in the workspace
  Cost cost;            // of the one of median time
  double seconds = 0;   // its time
  std::size_t repetitions = 1;
};

// Past one repetition, one that is not timed comes before.
Forwards run_forwards(const IoModel<float>& model, const IoInput<float>& input,
                      std::size_t repetitions,
                      IoModel<float>::Workspace& workspace);

}  // namespace suite
