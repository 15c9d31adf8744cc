// What happens to the inputs before a model reads them: where each stands is
// written beside them (Fourier), added to them (learned), or left out.
#pragma once

#include <memory>
#include <string_view>

#include "primitives/layers/positions.h"

namespace suite {

enum class Positions { none, fourier, learned };

// Throws Error for a name that is none of these.
Positions positions(std::string_view name);

struct InputEncodingWidths {
  std::size_t inputs = 0;    // N, along one dimension
  std::size_t channels = 0;  // C
  Positions positions = Positions::none;
  std::size_t bands = 0;  // of Fourier features

  // C, and what the positions add.
  std::size_t encoded_channels() const;
};

template <class T>
class InputEncoding {
 public:
  explicit InputEncoding(const InputEncodingWidths& widths);

  // Returns the input[batch, N, C] itself, or encoded[batch, N, ·], which is
  // resized to fit.
  const Tensor<T, 3>& forward(const Tensor<T, 3>& input, Tensor<T, 3>& encoded,
                              Ledger& ledger) const;
  // Has it parameters, so that backward has to reach it?
  bool learns() const { return widths_.positions == Positions::learned; }
  // gradient += what d_encoded[batch, N, ·] says; d_input[batch, N, C] += its
  // part, unless it is null.
  void backward(const Tensor<T, 3>& d_encoded, InputEncoding& gradient,
                Tensor<T, 3>* d_input, Ledger& ledger) const;
  void for_each_parameter(const std::string& name,
                          const ParameterVisitor<T>& visit);

 private:
  InputEncodingWidths widths_;
  Tensor<T, 2> learned_;                         // [N, C]
  std::shared_ptr<const Tensor<T, 2>> fourier_;  // [N, ·], of all copies
};

}  // namespace suite
