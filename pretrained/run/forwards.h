// Forwards of a model, timed and counted.
#pragma once

#include "perceiver/io/model.h"

namespace suite {

struct Forwards {
  const Outputs<float>* outputs = nullptr;  // of the last; the model owns them
  Cost cost;            // of the one of median time
  double seconds = 0;   // its time
  std::size_t repetitions = 1;
};

// Past one repetition, one that is not timed comes before.
Forwards run_forwards(IoModel<float>& model, const IoInput<float>& input,
                      std::size_t repetitions);

}  // namespace suite
