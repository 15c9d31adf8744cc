// GELU on vectors: products apply it to their sums while these are in registers.
#pragma once

#include <array>

#include "primitives/layers/activation.h"
#include "primitives/simd.h"

namespace suite {

namespace gelu_detail {

// erf(x/√2) = x·p(x²)/q(x²) to 2e-8 for |x| ≤ kEnd, in float; highest power
// first. No coefficient is negative, so nothing cancels. (A rational fit of least
// largest error.)
inline constexpr float kEnd = 5.6f;
inline constexpr std::array<float, 6> kNumerator = {
    4.42901738e-08f, 1.27128556e-05f, 3.47693747e-04f,
    9.41447174e-03f, 6.87516334e-02f, 7.97884443e-01f};
inline constexpr std::array<float, 6> kDenominator = {
    1.18019746e-06f, 7.51002616e-05f, 1.91295716e-03f,
    2.89399066e-02f, 2.52833108e-01f, 1.00000000e+00f};

template <class T, std::size_t size>
Vec<T> polynomial(const std::array<T, size>& coefficients, const Vec<T>& x) {
  Vec<T> sum(coefficients[0]);
  for (std::size_t i = 1; i < size; ++i) {
    sum = xsimd::fma(sum, x, Vec<T>(coefficients[i]));
  }
  return sum;
}

inline Vec<float> gelu_erf(const Vec<float>& x) {
  using V = Vec<float>;
  const V square = x * x;
  const V ratio = polynomial(kNumerator, square) /
                  polynomial(kDenominator, square);
  const V inside = V(0.5f) * x * xsimd::fma(x, ratio, V(1.0f));
  const V left = xsimd::select(x < V(-kEnd), V(0.0f), inside);
  return xsimd::select(x > V(kEnd), x, left);
}

// Φ(x), the normal distribution.
inline Vec<float> normal_below(const Vec<float>& x) {
  using V = Vec<float>;
  const V square = x * x;
  const V ratio =
      polynomial(kNumerator, square) / polynomial(kDenominator, square);
  const V inside = V(0.5f) * xsimd::fma(x, ratio, V(1.0f));
  const V left = xsimd::select(x < V(-kEnd), V(0.0f), inside);
  return xsimd::select(x > V(kEnd), V(1.0f), left);
}
inline Vec<double> normal_below(const Vec<double>& x) {
  using V = Vec<double>;
  return V(0.5) * (V(1.0) + xsimd::erf(x * V(0.70710678118654752)));
}

// Φ(x) + x·φ(x).
template <class T>
Vec<T> gelu_erf_slope(const Vec<T>& x) {
  using V = Vec<T>;
  constexpr double kHalfLog2e = 0.72134752044448170;
  constexpr double kDensity = 0.39894228040143268;  // 1/√(2π)
  const V density = V(T(kDensity)) * power_of_two(V(T(-kHalfLog2e)) * x * x);
  return xsimd::fma(x, density, normal_below(x));
}

inline Vec<double> gelu_erf(const Vec<double>& x) {
  using V = Vec<double>;
  return V(0.5) * x * (V(1.0) + xsimd::erf(x * V(0.70710678118654752)));
}

// ½(1 + tanh u) is 1/(1 + e^(−2u)).
template <class T>
Vec<T> gelu_tanh(const Vec<T>& x) {
  using V = Vec<T>;
  constexpr double kRoot = 0.79788456080286536;  // √(2/π)
  constexpr double kLog2e = 1.4426950408889634;
  const V inner = xsimd::fma(x * x, V(T(0.044715)), V(T(1)));
  const V exponent = V(T(-2 * kRoot * kLog2e)) * x * inner;
  const V inside = x / (V(T(1)) + power_of_two(exponent));
  return xsimd::select(exponent > V(T(126)), V(T(0)), inside);
}

// σ(2u) + 2x·u′·σ(2u)·(1 − σ(2u)), where gelu(x) = x·σ(2u).
template <class T>
Vec<T> gelu_tanh_slope(const Vec<T>& x) {
  using V = Vec<T>;
  constexpr double kRoot = 0.79788456080286536, kLog2e = 1.4426950408889634;
  const V square = x * x;
  const V exponent = V(T(-2 * kRoot * kLog2e)) * x *
                     xsimd::fma(square, V(T(0.044715)), V(T(1)));
  // Beyond, both terms vanish and their factors would overflow.
  const V power = power_of_two(xsimd::min(exponent, V(T(60))));
  const V sigma = V(T(1)) / (V(T(1)) + power);
  const V slope =
      V(T(2 * kRoot)) * xsimd::fma(square, V(T(3 * 0.044715)), V(T(1)));
  return sigma + x * slope * sigma * (V(T(1)) - sigma);
}

}  // namespace gelu_detail

// Cost: about 20 vector instructions in float. A NaN stays one.
template <Gelu form, class T>
Vec<T> gelu(const Vec<T>& x) {
  if constexpr (form == Gelu::erf) {
    return gelu_detail::gelu_erf(x);
  } else {
    return gelu_detail::gelu_tanh<T>(x);
  }
}

// d gelu(x)/dx.
template <Gelu form, class T>
Vec<T> gelu_slope(const Vec<T>& x) {
  if constexpr (form == Gelu::erf) {
    return gelu_detail::gelu_erf_slope<T>(x);
  } else {
    return gelu_detail::gelu_tanh_slope<T>(x);
  }
}

}  // namespace suite
