#include "primitives/linear.h"

#include "primitives/gemm.h"

namespace suite {
namespace {

template <class T>
void resize_for(const Tensor<T, 3>& input, const Linear<T>& layer,
                Tensor<T, 3>& output) {
  require(input.shape(2) == layer.in(),
          "linear: the input has {} channels, the weight expects {}",
          input.shape(2), layer.in());
  output.resize({input.shape(0), input.shape(1), layer.out()});
}

template <class T>
void add_bias(const Linear<T>& layer, MatrixView<T> values) {
  if (layer.bias.size() == 0) return;
  const T* bias = layer.bias.data();
#pragma omp parallel for schedule(static)
  for (std::size_t r = 0; r < values.rows; ++r) {
    T* row = values.row(r);
#pragma omp simd
    for (std::size_t c = 0; c < values.cols; ++c) row[c] += bias[c];
  }
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
  gemm<T>(all_rows(input), matrix(layer.weight), all_rows(output), meter);
  add_bias(layer, all_rows(output));
}

template <class T>
void linear_onto(const Tensor<T, 3>& input, const Linear<T>& layer,
                 Tensor<T, 3>& stream, const Meter& meter) {
  require(input.shape(2) == layer.in() && stream.shape(2) == layer.out(),
          "linear: {} to {} channels, the weight maps {} to {}", input.shape(2),
          stream.shape(2), layer.in(), layer.out());
  gemm<T>(all_rows(input), matrix(layer.weight), all_rows(stream), meter, 1,
          /*accumulate=*/true);
  add_bias(layer, all_rows(stream));
}

template <class T>
void linear_gelu(const Tensor<T, 3>& input, const Linear<T>& layer, Gelu form,
                 Tensor<T, 3>& output, const Meter& meter) {
  resize_for(input, layer, output);
  gemm<T>(all_rows(input), matrix(layer.weight), all_rows(output), meter);
  gelu(all_rows(output), layer.bias.size() > 0 ? layer.bias.data() : nullptr,
       form);
}

template struct Linear<float>;
template struct Linear<double>;
template void linear<float>(const Tensor<float, 3>&, const Linear<float>&,
                            Tensor<float, 3>&, const Meter&);
template void linear<double>(const Tensor<double, 3>&, const Linear<double>&,
                             Tensor<double, 3>&, const Meter&);
template void linear_onto<float>(const Tensor<float, 3>&, const Linear<float>&,
                                 Tensor<float, 3>&, const Meter&);
template void linear_onto<double>(const Tensor<double, 3>&,
                                  const Linear<double>&, Tensor<double, 3>&,
                                  const Meter&);
template void linear_gelu<float>(const Tensor<float, 3>&, const Linear<float>&,
                                 Gelu, Tensor<float, 3>&, const Meter&);
template void linear_gelu<double>(const Tensor<double, 3>&,
                                  const Linear<double>&, Gelu,
                                  Tensor<double, 3>&, const Meter&);

}  // namespace suite
