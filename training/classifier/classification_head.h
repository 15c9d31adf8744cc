// From what a contestant answers to a score for each class: the mean of its rows
// (Perceiver §3.1), unless there is a row for each label, and a linear map.
#pragma once

#include "primitives/layers/linear.h"

namespace suite {

template <class T>
class ClassificationHead {
 public:
  struct Workspace {
    Tensor<T, 3> pooled;  // [batch, outputs, channels], where rows are averaged
    Tensor<T, 3> logits;  // [batch, outputs, classes]
    Tensor<T, 3> d_pooled;
    Tensor<T, 3> d_rows;  // [batch, rows, channels]
  };

  ClassificationHead(std::size_t channels, std::size_t outputs,
                     std::size_t classes);

  // rows[batch, rows, channels] → logits[batch, outputs, classes]. Of rows whose
  // mask[batch, rows] is 0 the mean takes no notice; an empty mask takes all. Throws Error unless there are as many
  // rows as outputs, or 1 output. Cost: batch·outputs·channels·classes MACs.
  const Tensor<T, 3>& forward(const Tensor<T, 3>& rows, const Mask& mask,
                              Workspace& workspace, Ledger& ledger) const;
  // gradient += what d_logits says; returns d loss/d rows, which lives in the
  // workspace of that forward.
  const Tensor<T, 3>& backward(const Tensor<T, 3>& rows, const Mask& mask,
                               const Tensor<T, 3>& d_logits,
                               Workspace& workspace,
                               ClassificationHead& gradient,
                               Ledger& ledger) const;
  // "head.weight" and "head.bias".
  void for_each_parameter(const ParameterVisitor<T>& visit);

 private:
  bool averages(const Tensor<T, 3>& rows) const {
    return rows.shape(1) != outputs_;
  }

  std::size_t outputs_;
  Linear<T> map_;
};

}  // namespace suite
