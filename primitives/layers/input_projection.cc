#include "primitives/layers/input_projection.h"

namespace suite {

template <class T>
InputProjection<T>::InputProjection(std::size_t input_channels,
                                    std::size_t channels) {
  if (input_channels != channels) map_ = Linear<T>(input_channels, channels);
}

template <class T>
void InputProjection<T>::forward(const Tensor<T, 3>& input,
                                 Tensor<T, 3>& stream, Ledger& ledger) const {
  if (map_.weight.size() > 0) {
    linear(input, map_, stream, ledger[Part::input_projection]);
  } else if (ledger.computes()) {
    stream = input;
  } else {
    stream.resize(input.shape());
  }
}

template <class T>
void InputProjection<T>::backward(const Tensor<T, 3>& input,
                                  const Tensor<T, 3>& d_stream,
                                  InputProjection& gradient,
                                  Tensor<T, 3>* d_input, Ledger& ledger) const {
  const bool maps = map_.weight.size() > 0;
  if (maps) {
    linear_gradient<T>(input, d_stream, gradient.map_,
                       ledger[Part::input_projection]);
  }
  if (d_input == nullptr) return;
  d_input->resize(input.shape());
  if (maps) {
    linear_input_gradient<T>(d_stream, map_, *d_input, Onto::nothing,
                             ledger[Part::input_projection]);
  } else if (ledger.computes()) {
    *d_input = d_stream;
  }
}

template <class T>
void InputProjection<T>::for_each_parameter(const std::string& name,
                                            const ParameterVisitor<T>& visit) {
  if (map_.weight.size() > 0) map_.for_each_parameter(name, visit);
}

template class InputProjection<float>;
template class InputProjection<double>;

}  // namespace suite
