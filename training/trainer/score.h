// How many labels a model gets right, and how sure it was of them.
#pragma once

#include <cstdint>
#include <span>

#include "primitives/tensor.h"

namespace suite {

struct LabelScore {
  std::uint64_t asked = 0;
  std::uint64_t right = 0;  // the class of the largest logit; the first of equals
  double loss = 0;          // Σ −log softmax(logits)[label], in nats

  LabelScore& operator+=(const LabelScore& other);
};

// logits[batch, outputs, classes] against labels[batch·outputs]; a negative one
// isn't asked for. Throws Error for another number of labels, and for one that
// is no class. A logit that is not a number is never right.
template <class T>
LabelScore score_labels(const Tensor<T, 3>& logits,
                        std::span<const std::int32_t> labels);

}  // namespace suite
