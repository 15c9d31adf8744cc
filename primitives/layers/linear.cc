#include "primitives/layers/linear.h"

#include "primitives/layers/gelu.h"
#include "primitives/panels/parallel_product.h"
#include "primitives/panels/transposed_product.h"

namespace suite {
namespace {

// out (+)= after(left·W + b).
template <class T, class After>
void multiply(MatrixView<const T> left, const Linear<T>& layer,
              MatrixView<T> out, bool onto, const Meter& meter,
              const After& after) {
  const std::size_t in = layer.in(), cols = layer.out();
  const Work work{.macs = left.rows * in * cols,
                  .bytes_moved =
                      sizeof(T) * (left.rows * in + in * cols +
                                   (onto ? 2 : 1) * left.rows * cols)};
  if (!meter.add(work)) return;
  parallel_product(left, RightFactor<T>{matrix(layer.weight)}, out,
                   PanelTerms<T>{onto, bias_of(layer)}, after);
}

template <class T>
void resize_for(const Tensor<T, 3>& input, const Linear<T>& layer,
                Tensor<T, 3>& output) {
  require(input.shape(2) == layer.in(),
          "linear: the input has {} channels, the weight expects {}",
          input.shape(2), layer.in());
  output.resize({input.shape(0), input.shape(1), layer.out()});
}

}  // namespace

template <class T>
Linear<T>::Linear(std::size_t in, std::size_t out, Bias has_bias) {
  weight.resize({in, out});
  bias.resize({has_bias == Bias::with ? out : 0});
}

template <class T>
void Linear<T>::for_each_parameter(const std::string& name,
                                   const ParameterVisitor<T>& visit) {
  visit_tensor(visit, name + ".weight", weight, Init::fan_in);
  if (bias.size() > 0) visit_tensor(visit, name + ".bias", bias, Init::zeros);
}

template <class T>
void linear(const Tensor<T, 3>& input, const Linear<T>& layer,
            Tensor<T, 3>& output, const Meter& meter) {
  resize_for(input, layer, output);
  multiply(all_rows(input), layer, all_rows(output), /*onto=*/false, meter,
           AsItIs<T>());
}

template <class T>
void linear(const BatchView<const T>& input, const Linear<T>& layer,
            const BatchView<T>& output, const Meter& meter) {
  require(input.cols == layer.in() && output.cols == layer.out() &&
              input.batch == output.batch && input.rows == output.rows,
          "linear: [{}, {}, {}] to [{}, {}, {}], the weight maps {} to {}",
          input.batch, input.rows, input.cols, output.batch, output.rows,
          output.cols, layer.in(), layer.out());
  multiply(all_rows(input), layer, all_rows(output), /*onto=*/false, meter,
           AsItIs<T>());
}

template <class T>
void linear_transposed(const Tensor<T, 3>& input, const Tensor<T, 2>& weight,
                       const Tensor<T, 1>& bias, Tensor<T, 3>& output,
                       const Meter& meter) {
  const std::size_t in = weight.shape(1), out = weight.shape(0);
  require(input.shape(2) == in && bias.size() == out,
          "linear: the input has {} channels and the bias {}, the weight is "
          "[{}, {}]",
          input.shape(2), bias.size(), out, in);
  output.resize({input.shape(0), input.shape(1), out});
  const std::size_t rows = all_rows(input).rows;
  const Work work{.macs = rows * in * out,
                  .bytes_moved =
                      sizeof(T) * (rows * in + in * out + rows * out)};
  if (!meter.add(work)) return;
  parallel_product(all_rows(input),
                   RightFactor<T>{matrix(weight), /*transpose=*/true},
                   all_rows(output), PanelTerms<T>{false, bias.data()},
                   AsItIs<T>());
}

template <class T>
void linear_onto(const Tensor<T, 3>& input, const Linear<T>& layer,
                 Tensor<T, 3>& stream, const Meter& meter) {
  require(input.shape(2) == layer.in() && stream.shape(2) == layer.out(),
          "linear: {} to {} channels, the weight maps {} to {}", input.shape(2),
          stream.shape(2), layer.in(), layer.out());
  require(all_rows(input).rows == all_rows(stream).rows,
          "linear: {} rows do not fit onto {}", all_rows(input).rows,
          all_rows(stream).rows);
  multiply(all_rows(input), layer, all_rows(stream), /*onto=*/true, meter,
           AsItIs<T>());
}

template <class T>
void linear_gelu(const Tensor<T, 3>& input, const Linear<T>& layer, Gelu form,
                 Tensor<T, 3>& output, const Meter& meter) {
  resize_for(input, layer, output);
  const auto with = [&](const auto& after) {
    multiply(all_rows(input), layer, all_rows(output), /*onto=*/false, meter,
             after);
  };
  if (form == Gelu::erf) {
    with([](const Vec<T>& sum) { return gelu<Gelu::erf, T>(sum); });
  } else {
    with([](const Vec<T>& sum) { return gelu<Gelu::tanh, T>(sum); });
  }
}

template <class T>
void linear_gradient(const BatchView<const T>& input,
                     const BatchView<const T>& d_output, Linear<T>& gradient,
                     const Meter& meter) {
  const MatrixView<const T> left = all_rows(input), right = all_rows(d_output);
  const std::size_t in = gradient.in(), out = gradient.out();
  require(left.cols == in && right.cols == out && left.rows == right.rows,
          "linear gradient: [{}, {}] and [{}, {}] of a weight [{}, {}]",
          left.rows, left.cols, right.rows, right.cols, in, out);
  const Work work{
      .macs = left.rows * in * out,
      .bytes_moved = sizeof(T) * (left.rows * (in + out) + 2 * in * out)};
  if (!meter.add(work)) return;
  add_transposed_product(left, right, matrix(gradient.weight));
  if (gradient.bias.size() > 0) add_column_sums(right, gradient.bias.data());
}

template <class T>
void linear_input_gradient(const BatchView<const T>& d_output,
                           const Linear<T>& layer, const BatchView<T>& d_input,
                           Onto onto, const Meter& meter) {
  const MatrixView<const T> left = all_rows(d_output);
  const MatrixView<T> out = all_rows(d_input);
  const std::size_t in = layer.in(), cols = layer.out();
  require(
      left.cols == cols && out.cols == in && left.rows == out.rows,
      "linear input gradient: [{}, {}] to [{}, {}] through a weight [{}, {}]",
      left.rows, left.cols, out.rows, out.cols, in, cols);
  const bool adds = onto == Onto::what_is_there;
  const Work work{.macs = left.rows * in * cols,
                  .bytes_moved = sizeof(T) * (left.rows * cols + in * cols +
                                              (adds ? 2 : 1) * left.rows * in)};
  if (!meter.add(work)) return;
  parallel_product(left,
                   RightFactor<T>{matrix(layer.weight), /*transpose=*/true},
                   out, PanelTerms<T>{adds}, AsItIs<T>());
}

template <class T>
void linear_transposed_backward(const Tensor<T, 3>& input,
                                const Tensor<T, 2>& weight,
                                const Tensor<T, 3>& d_output,
                                Tensor<T, 2>& weight_gradient,
                                Tensor<T, 1>& bias_gradient,
                                Tensor<T, 3>& d_input, const Meter& meter) {
  const std::size_t in = weight.shape(1), out = weight.shape(0);
  const MatrixView<const T> left = all_rows(d_output), given = all_rows(input);
  require(given.cols == in && left.cols == out && left.rows == given.rows &&
              weight_gradient.shape() == weight.shape() &&
              bias_gradient.size() == out,
          "linear gradient: [{}, {}] and [{}, {}] of a weight [{}, {}]",
          given.rows, given.cols, left.rows, left.cols, out, in);
  d_input.resize(input.shape());
  const Work work{.macs = 2 * left.rows * in * out,
                  .bytes_moved = sizeof(T) * (2 * left.rows * (in + out) +
                                              3 * in * out)};
  if (!meter.add(work)) return;
  parallel_product(left, RightFactor<T>{matrix(weight)}, all_rows(d_input),
                   PanelTerms<T>{}, AsItIs<T>());
  add_transposed_product(left, given, matrix(weight_gradient));
  add_column_sums(left, bias_gradient.data());
}

template struct Linear<float>;
template struct Linear<double>;
template void linear<float>(const Tensor<float, 3>&, const Linear<float>&,
                            Tensor<float, 3>&, const Meter&);
template void linear<double>(const Tensor<double, 3>&, const Linear<double>&,
                             Tensor<double, 3>&, const Meter&);
template void linear<float>(const BatchView<const float>&,
                            const Linear<float>&, const BatchView<float>&,
                            const Meter&);
template void linear<double>(const BatchView<const double>&,
                             const Linear<double>&, const BatchView<double>&,
                             const Meter&);
template void linear_transposed<float>(const Tensor<float, 3>&,
                                       const Tensor<float, 2>&,
                                       const Tensor<float, 1>&,
                                       Tensor<float, 3>&, const Meter&);
template void linear_transposed<double>(const Tensor<double, 3>&,
                                        const Tensor<double, 2>&,
                                        const Tensor<double, 1>&,
                                        Tensor<double, 3>&, const Meter&);
template void linear_onto<float>(const Tensor<float, 3>&, const Linear<float>&,
                                 Tensor<float, 3>&, const Meter&);
template void linear_onto<double>(const Tensor<double, 3>&,
                                  const Linear<double>&, Tensor<double, 3>&,
                                  const Meter&);
template void linear_gelu<float>(const Tensor<float, 3>&, const Linear<float>&,
                                 Gelu, Tensor<float, 3>&, const Meter&);
template void linear_gradient<float>(const BatchView<const float>&,
                                     const BatchView<const float>&,
                                     Linear<float>&, const Meter&);
template void linear_gradient<double>(const BatchView<const double>&,
                                      const BatchView<const double>&,
                                      Linear<double>&, const Meter&);
template void linear_input_gradient<float>(const BatchView<const float>&,
                                           const Linear<float>&,
                                           const BatchView<float>&, Onto,
                                           const Meter&);
template void linear_input_gradient<double>(const BatchView<const double>&,
                                            const Linear<double>&,
                                            const BatchView<double>&, Onto,
                                            const Meter&);
template void linear_gelu<double>(const Tensor<double, 3>&,
                                  const Linear<double>&, Gelu,
                                  Tensor<double, 3>&, const Meter&);

#define SUITE_TRANSPOSED_BACKWARD(T)                                        \
  template void linear_transposed_backward<T>(                              \
      const Tensor<T, 3>&, const Tensor<T, 2>&, const Tensor<T, 3>&,        \
      Tensor<T, 2>&, Tensor<T, 1>&, Tensor<T, 3>&, const Meter&)
SUITE_TRANSPOSED_BACKWARD(float);
SUITE_TRANSPOSED_BACKWARD(double);
#undef SUITE_TRANSPOSED_BACKWARD

}  // namespace suite
