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

// input[batch, N, channels as handed out] → logits[batch, outputs, classes]. Its
// inputs are data and get no gradient.
template <class T>
class Classifier : public Encoder<T> {
 public:
  // `keeps_rows`: is a row of the answer an input's, which a mask may hide?
  Classifier(InputAdapter<T> adapter, std::unique_ptr<Encoder<T>> contestant,
             bool keeps_rows, ClassificationHead<T> head);

  std::unique_ptr<Encoder<T>> copy() const override;
  std::unique_ptr<suite::Workspace> workspace() const override;
  std::unique_ptr<suite::Trace> trace(Keep keep) const override;
  const Tensor<T, 3>& forward(const Tensor<T, 3>& input, const Mask& mask,
                              suite::Workspace& workspace,
                              Ledger& ledger) const override;
  const Tensor<T, 3>& forward(const Tensor<T, 3>& input, const Mask& mask,
                              suite::Workspace& workspace, suite::Trace& trace,
                              Ledger& ledger) const override;
  void backward(const Tensor<T, 3>& input, const Mask& mask,
                const Tensor<T, 3>& d_output, suite::Workspace& workspace,
                suite::Trace& trace, Encoder<T>& gradient,
                Tensor<T, 3>* d_input, Ledger& ledger) const override;
  const Tensor<T, 4>* cross_weights(
      const suite::Workspace& workspace) const override;
  void for_each_parameter(const ParameterVisitor<T>& visit) override;

  // What the contestant answered in the workspace's last forward:
  // [batch, rows, channels]; and what the head makes of other rows like these.
  const Tensor<T, 3>& rows(const suite::Workspace& workspace) const;
  const Tensor<T, 3>& logits_of(const Tensor<T, 3>& rows, const Mask& mask,
                                suite::Workspace& workspace,
                                Ledger& ledger) const;

 private:
  struct Workspace : suite::Workspace {
    Tensor<T, 3> room;  // of the adapter
    std::unique_ptr<suite::Workspace> contestant;
    typename ClassificationHead<T>::Workspace head;
    // Of the last forward.
    const Tensor<T, 3>* adapted = nullptr;
    const Tensor<T, 3>* rows = nullptr;
  };
  struct Trace : suite::Trace {
    std::unique_ptr<suite::Trace> contestant;
    Tensor<T, 3> d_adapted;  // [batch, N, C], where the adapter learns
  };

  const Tensor<T, 3>& run(const Tensor<T, 3>& input, const Mask& mask,
                          suite::Workspace& workspace, suite::Trace* trace,
                          Ledger& ledger) const;
  const Mask& of_rows(const Mask& mask) const {
    return keeps_rows_ ? mask : no_mask();
  }

  InputAdapter<T> adapter_;
  std::unique_ptr<Encoder<T>> contestant_;
  bool keeps_rows_;
  ClassificationHead<T> head_;
};

// All 0 but what a contestant makes itself; initialise() draws it. Parameters
// are the contestant's under their names, with "embedding", "positions" and
// "head.…". Throws Error for a contestant that refuses the shape, for one
// without backward, saying why, and for one whose answer has neither a row for
// each label nor 1 label to average rows for.
template <class T>
std::unique_ptr<Classifier<T>> make_classifier(const ClassifierConfig& config,
                                               const TaskFacts& task);

}  // namespace suite
