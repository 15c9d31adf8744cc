#include "primitives/layers/input_encoding.h"

#include <span>

#include "primitives/layers/learned_rows.h"

namespace suite {

Positions positions(std::string_view name) {
  if (name == "none") return Positions::none;
  if (name == "fourier") return Positions::fourier;
  require(name == "learned",
          "positions = {}: allowed are none, fourier and learned", name);
  return Positions::learned;
}

std::size_t InputEncodingWidths::encoded_channels() const {
  const bool fourier = positions == Positions::fourier;
  return channels + (fourier ? fourier_channels(1, bands) : 0);
}

template <class T>
InputEncoding<T>::InputEncoding(const InputEncodingWidths& widths)
    : widths_(widths) {
  if (widths.positions == Positions::fourier) {
    fourier_ = std::make_shared<const Tensor<T, 2>>(
        fourier_features<T>(std::span(&widths.inputs, 1), widths.bands));
  } else if (widths.positions == Positions::learned) {
    learned_.resize({widths.inputs, widths.channels});
  }
}

template <class T>
const Tensor<T, 3>& InputEncoding<T>::forward(const Tensor<T, 3>& input,
                                              Tensor<T, 3>& encoded,
                                              Ledger& ledger) const {
  require(input.shape(2) == widths_.channels,
          "the input has {} channels, the model expects C = {}",
          input.shape(2), widths_.channels);
  switch (widths_.positions) {
    case Positions::none:
      return input;
    case Positions::fourier:
      append_positions(input, *fourier_, encoded,
                       ledger[Part::position_encoding]);
      return encoded;
    case Positions::learned:
      break;
  }
  add_positions(input, learned_, encoded, ledger[Part::position_encoding]);
  return encoded;
}

template <class T>
void InputEncoding<T>::backward(const Tensor<T, 3>& d_encoded,
                                InputEncoding& gradient, Tensor<T, 3>* d_input,
                                Ledger& ledger) const {
  if (learns()) repeat_rows_backward(d_encoded, gradient.learned_, ledger);
  if (d_input == nullptr || !ledger.computes()) return;
  const MatrixView<const T> from =
      all_rows(d_encoded).columns(0, widths_.channels);
  const MatrixView<T> to = all_rows(*d_input);
  for (std::size_t r = 0; r < to.rows; ++r) {
    for (std::size_t c = 0; c < to.cols; ++c) to.row(r)[c] += from.row(r)[c];
  }
}

template <class T>
void InputEncoding<T>::for_each_parameter(const std::string& name,
                                          const ParameterVisitor<T>& visit) {
  if (widths_.positions == Positions::learned) {
    visit_tensor(visit, name, learned_, Init::latent);
  }
}

template class InputEncoding<float>;
template class InputEncoding<double>;

}  // namespace suite
