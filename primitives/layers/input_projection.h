// Inputs as wide as the stream of a model: mapped where they are not, else
// copied.
#pragma once

#include "primitives/layers/linear.h"

namespace suite {

template <class T>
class InputProjection {
 public:
  InputProjection(std::size_t input_channels, std::size_t channels);

  // stream[batch, N, channels], resized to fit, ← input[batch, N,
  // input_channels]. Cost: batch·N·input_channels·channels MACs, or none where
  // the two are equal: a model's own copy is not counted.
  void forward(const Tensor<T, 3>& input, Tensor<T, 3>& stream,
               Ledger& ledger) const;
  // gradient += what d_stream[batch, N, channels] says of input[batch, N,
  // input_channels]; d_input ← its gradient, resized to fit, unless it is null.
  // Cost: batch·N·input_channels·channels MACs, twice with d_input, or none.
  void backward(const Tensor<T, 3>& input, const Tensor<T, 3>& d_stream,
                InputProjection& gradient, Tensor<T, 3>* d_input,
                Ledger& ledger) const;
  void for_each_parameter(const std::string& name,
                          const ParameterVisitor<T>& visit);

 private:
  Linear<T> map_;  // none where nothing is to be mapped
};

}  // namespace suite
