// What is trained: a contestant between an input adapter and a classification
// head.
#pragma once

#include <memory>

#include "contract/contestant.h"
#include "training/classifier/classification_head.h"
#include "training/classifier/input_adapter.h"

namespace suite {

struct ClassifierConfig {
  Entry entry;  // the contestant, with its options
  // M, B, D, H, L and O, and the batch that a plan is chosen for; N and C are
  // the task's, and so is O where there are several labels.
  Shape shape;
  InputPositions positions;
  std::size_t embedding = 32;  // channels of a token's vector
};

// The contestant's shape on that task. Throws Error as InputAdapter does.
Shape contestant_shape(const ClassifierConfig& config, const TaskFacts& task);

// All 0 but what a contestant makes itself; initialise() draws it. Parameters
// are the contestant's under their names, with "embedding", "positions" and
// "head.…". Throws Error for a contestant that refuses the shape, for one
// without backward, saying why, and for one whose answer has neither a row for
// each label nor 1 label to average rows for.
template <class T>
std::unique_ptr<Encoder<T>> make_classifier(const ClassifierConfig& config,
                                            const TaskFacts& task);

}  // namespace suite
