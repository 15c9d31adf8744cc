// Forwards of a model, timed and counted.
#pragma once

#include <vector>

#include "perceiver/io/model.h"

namespace suite {

struct Forwards {
  int threads = 1;
  const Outputs<float>* outputs = nullptr;  // of the last, in the workspace
  Cost cost;            // of the one of median time
  double seconds = 0;   // its time
  std::size_t repetitions = 1;
};

// With each count of threads in turn. Past one repetition, or with several
// counts, one that is not timed comes before.
std::vector<Forwards> run_forwards(const IoModel<float>& model,
                                   const IoInput<float>& input,
                                   std::size_t repetitions,
                                   const std::vector<int>& thread_counts,
                                   IoModel<float>::Workspace& workspace);

}  // namespace suite
