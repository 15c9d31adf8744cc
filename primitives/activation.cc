#include "primitives/activation.h"

#include <cmath>

#include "primitives/simd.h"

namespace suite {
namespace {

template <Gelu form, class X>
X gelu_of(const X& x) {
  using std::erf, std::tanh, xsimd::erf, xsimd::tanh;
  if constexpr (form == Gelu::erf) {
    return X(0.5) * x * (X(1) + erf(x * X(0.70710678118654752)));
  } else {
    const X cubic = x * x * x * X(0.044715);
    return X(0.5) * x * (X(1) + tanh(X(0.79788456080286536) * (x + cubic)));
  }
}

template <class T, Gelu form>
void gelu_rows(MatrixView<T> values, const T* bias) {
#pragma omp parallel for schedule(static)
  for (std::size_t r = 0; r < values.rows; ++r) {
    T* row = values.row(r);
    std::size_t c = 0;
    for (; c + kLanes<T> <= values.cols; c += kLanes<T>) {
      Vec<T> x = load(row + c);
      if (bias != nullptr) x += load(bias + c);
      store(row + c, gelu_of<form>(x));
    }
    for (; c < values.cols; ++c) {
      row[c] = gelu_of<form>(bias == nullptr ? row[c] : row[c] + bias[c]);
    }
  }
}

}  // namespace

template <class T>
void gelu(MatrixView<T> values, const T* bias, Gelu form) {
  if (form == Gelu::erf) {
    gelu_rows<T, Gelu::erf>(values, bias);
  } else {
    gelu_rows<T, Gelu::tanh>(values, bias);
  }
}

template void gelu<float>(MatrixView<float>, const float*, Gelu);
template void gelu<double>(MatrixView<double>, const double*, Gelu);

}  // namespace suite
