#include "primitives/layers/gelu_pass.h"

#include <algorithm>

#include "primitives/layers/gelu.h"
#include "support/check.h"

namespace suite {
namespace {

// f(first value, how many of a vector) over all of `count` values.
template <class T, class F>
void for_each_vector(std::size_t count, const F& f) {
#pragma omp parallel for schedule(static)
  for (std::size_t i = 0; i < count; i += kLanes<T>) {
    f(i, std::min(kLanes<T>, count - i));
  }
}

template <class T>
Vec<T> load_some(const T* from, std::size_t count) {
  return count == kLanes<T> ? load(from) : load_first(from, count);
}
template <class T>
void store_some(T* to, const Vec<T>& value, std::size_t count) {
  if (count == kLanes<T>) {
    store(to, value);
  } else {
    store_first(to, value, count);
  }
}

template <class T, Gelu form>
void forward(const Tensor<T, 3>& input, Tensor<T, 3>& output) {
  for_each_vector<T>(input.size(), [&](std::size_t i, std::size_t count) {
    const Vec<T> x = load_some(input.data() + i, count);
    store_some(output.data() + i, gelu<form, T>(x), count);
  });
}

template <class T, Gelu form>
void backward(const Tensor<T, 3>& input, Tensor<T, 3>& output,
              Tensor<T, 3>& d) {
  for_each_vector<T>(input.size(), [&](std::size_t i, std::size_t count) {
    const Vec<T> x = load_some(input.data() + i, count);
    store_some(output.data() + i, gelu<form, T>(x), count);
    T* const at = d.data() + i;
    store_some(at, load_some(at, count) * gelu_slope<form, T>(x), count);
  });
}

}  // namespace

template <class T>
void gelu_pass(const Tensor<T, 3>& input, Gelu form, Tensor<T, 3>& output,
               const Meter& meter) {
  output.resize(input.shape());
  if (!meter.add({.bytes_moved = 2 * bytes_of(input)})) return;
  form == Gelu::erf ? forward<T, Gelu::erf>(input, output)
                    : forward<T, Gelu::tanh>(input, output);
}

template <class T>
void gelu_backward(const Tensor<T, 3>& input, Gelu form, Tensor<T, 3>& output,
                   Tensor<T, 3>& d, const Meter& meter) {
  require(d.shape() == input.shape(),
          "gelu backward: {} values and a gradient of {}", input.size(),
          d.size());
  output.resize(input.shape());
  if (!meter.add({.bytes_moved = 4 * bytes_of(input)})) return;
  form == Gelu::erf ? backward<T, Gelu::erf>(input, output, d)
                    : backward<T, Gelu::tanh>(input, output, d);
}

template void gelu_pass<float>(const Tensor<float, 3>&, Gelu, Tensor<float, 3>&,
                               const Meter&);
template void gelu_pass<double>(const Tensor<double, 3>&, Gelu,
                                Tensor<double, 3>&, const Meter&);
template void gelu_backward<float>(const Tensor<float, 3>&, Gelu,
                                   Tensor<float, 3>&, Tensor<float, 3>&,
                                   const Meter&);
template void gelu_backward<double>(const Tensor<double, 3>&, Gelu,
                                    Tensor<double, 3>&, Tensor<double, 3>&,
                                    const Meter&);

}  // namespace suite
