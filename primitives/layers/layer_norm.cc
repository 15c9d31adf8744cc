#include "primitives/layers/layer_norm.h"

#include <cmath>

#include "primitives/simd.h"

namespace suite {
namespace {

// Σ f(x) over `count` values, in an order that depends on `count` alone.
template <class T, class F>
T sum_of(const T* x, std::size_t count, const F& f) {
  Vec<T> lanes(T(0));
  std::size_t i = 0;
  for (; i + kLanes<T> <= count; i += kLanes<T>) lanes += f(load(x + i));
  T sum = sum_lanes(lanes);
  for (; i < count; ++i) sum += f(x[i]);
  return sum;
}

}  // namespace

template <class T>
LayerNorm<T>::LayerNorm(std::size_t channels) {
  scale.resize({channels});
  offset.resize({channels});
}

template <class T>
void LayerNorm<T>::for_each_parameter(const std::string& name,
                                      const ParameterVisitor<T>& visit) {
  visit_tensor(visit, name + ".scale", scale, Init::ones);
  visit_tensor(visit, name + ".offset", offset, Init::zeros);
}

template <class T>
void normalise_row(const T* x, const LayerNorm<T>& layer, T* y) {
  const std::size_t channels = layer.scale.size();
  const T* scale = layer.scale.data();
  const T* offset = layer.offset.data();
  const T mean = sum_of(x, channels, [](const auto& v) { return v; }) /
                 static_cast<T>(channels);
  const T variance = sum_of(x, channels,
                            [mean](const auto& v) {
                              const auto centred = v - mean;
                              return centred * centred;
                            }) /
                     static_cast<T>(channels);
  const T inverse =
      1 / std::sqrt(variance + static_cast<T>(LayerNorm<T>::kEpsilon));
#pragma omp simd
  for (std::size_t c = 0; c < channels; ++c) {
    y[c] = (x[c] - mean) * inverse * scale[c] + offset[c];
  }
}

template <class T>
void layer_norm(const Tensor<T, 3>& input, const LayerNorm<T>& layer,
                Tensor<T, 3>& output, const Meter& meter) {
  const std::size_t channels = input.shape(2);
  require(channels == layer.scale.size(),
          "layer norm: the input has {} channels, the scale {}", channels,
          layer.scale.size());
  output.resize(input.shape());
  if (!meter.add({.bytes_moved = 2 * bytes_of(input)})) return;
  const MatrixView<const T> from = all_rows(input);
  const MatrixView<T> to = all_rows(output);
#pragma omp parallel for schedule(static)
  for (std::size_t r = 0; r < from.rows; ++r) {
    normalise_row(from.row(r), layer, to.row(r));
  }
}

template struct LayerNorm<float>;
template struct LayerNorm<double>;
template void normalise_row<float>(const float*, const LayerNorm<float>&,
                                   float*);
template void normalise_row<double>(const double*, const LayerNorm<double>&,
                                    double*);
template void layer_norm<float>(const Tensor<float, 3>&,
                                const LayerNorm<float>&, Tensor<float, 3>&,
                                const Meter&);
template void layer_norm<double>(const Tensor<double, 3>&,
                                 const LayerNorm<double>&, Tensor<double, 3>&,
                                 const Meter&);

}  // namespace suite
