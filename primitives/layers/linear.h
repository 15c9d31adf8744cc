// The affine map y = x·W + b, with what follows it done in the same pass.
#pragma once

#include <string>

#include "primitives/layers/activation.h"
#include "primitives/cost.h"
#include "primitives/parameter.h"
#include "primitives/tensor.h"

namespace suite {

enum class Bias { with, without };

template <class T>
struct Linear {
  Tensor<T, 2> weight;  // [in, out]
  Tensor<T, 1> bias;    // [out], empty without one

  Linear() = default;
  Linear(std::size_t in, std::size_t out, Bias has_bias = Bias::with);

  std::size_t in() const { return weight.shape(0); }
  std::size_t out() const { return weight.shape(1); }
  void for_each_parameter(const std::string& name,
                          const ParameterVisitor<T>& visit);
};

// Null without one.
template <class T>
const T* bias_of(const Linear<T>& layer) {
  return layer.bias.size() > 0 ? layer.bias.data() : nullptr;
}

// output[batch, rows, out] ← input[batch, rows, in]·W + b, resized to fit.
// Cost: batch·rows·in·out MACs, on all threads; no buffers. Throws Error unless
// the widths fit. The bits don't depend on the number of threads.
template <class T>
void linear(const Tensor<T, 3>& input, const Linear<T>& layer,
            Tensor<T, 3>& output, const Meter& meter);

// The same between columns of wider tensors; `output` must fit.
template <class T>
void linear(const BatchView<const T>& input, const Linear<T>& layer,
            const BatchView<T>& output, const Meter& meter);

// output[batch, rows, out] ← input[batch, rows, in]·Wᵀ + bias[out], with a
// weight[out, in] that something else owns, as an embedding.
template <class T>
void linear_transposed(const Tensor<T, 3>& input, const Tensor<T, 2>& weight,
                       const Tensor<T, 1>& bias, Tensor<T, 3>& output,
                       const Meter& meter);

// stream[batch, rows, out] += input·W + b: the residual connection.
template <class T>
void linear_onto(const Tensor<T, 3>& input, const Linear<T>& layer,
                 Tensor<T, 3>& stream, const Meter& meter);

// output ← gelu(input·W + b).
template <class T>
void linear_gelu(const Tensor<T, 3>& input, const Linear<T>& layer, Gelu form,
                 Tensor<T, 3>& output, const Meter& meter);

// What the loss, of which d_output[batch, rows, out] is the gradient, says of
// the layer: gradient.weight += inputᵀ·d_output, gradient.bias += Σ d_output.
// Cost: batch·rows·in·out MACs; no buffers. Throws Error unless all widths fit.
// The bits don't depend on the number of threads.
template <class T>
void linear_gradient(const BatchView<const T>& input,
                     const BatchView<const T>& d_output, Linear<T>& gradient,
                     const Meter& meter);

// d_input[batch, rows, in] ← d_output·Wᵀ, or is added to. Cost: as above.
enum class Onto { nothing, what_is_there };
template <class T>
void linear_input_gradient(const BatchView<const T>& d_output,
                           const Linear<T>& layer, const BatchView<T>& d_input,
                           Onto onto, const Meter& meter);

// Of linear_transposed(): weight_gradient[out, in] += d_outputᵀ·input,
// bias_gradient[out] += Σ d_output, and d_input[batch, rows, in], resized to fit,
// ← d_output·weight. Cost: twice batch·rows·in·out MACs. The bits don't depend on
// the number of threads.
template <class T>
void linear_transposed_backward(const Tensor<T, 3>& input,
                                const Tensor<T, 2>& weight,
                                const Tensor<T, 3>& d_output,
                                Tensor<T, 2>& weight_gradient,
                                Tensor<T, 1>& bias_gradient,
                                Tensor<T, 3>& d_input, const Meter& meter);

}  // namespace suite
