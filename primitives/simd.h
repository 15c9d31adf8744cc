// The machine's widest vectors, by xsimd, and the exponential that softmax
// needs.
#pragma once

#include <array>
#include <cstddef>
#include <type_traits>
#include <xsimd/xsimd.hpp>

namespace suite {

template <class T>
using Vec = xsimd::batch<T>;

template <class T>
inline constexpr std::size_t kLanes = Vec<T>::size;

// How many vectors the machine can keep in registers.
#if defined(__AVX512F__) || defined(__aarch64__)
inline constexpr int kVectorRegisters = 32;
#else
inline constexpr int kVectorRegisters = 16;
#endif

template <class T>
Vec<T> load(const T* from) {
  return Vec<T>::load_unaligned(from);
}
template <class T>
void store(T* to, const Vec<T>& value) {
  value.store_unaligned(to);
}

// The sum of the lanes, from first to last.
template <class T>
T sum_lanes(const Vec<T>& value) {
  std::array<T, kLanes<T>> lanes;
  store(lanes.data(), value);
  T sum = 0;
  for (const T lane : lanes) sum += lane;
  return sum;
}

namespace simd_detail {

// 2^f on [−½, ½], of least relative error: 1.1e-7 for float (0.9 units in the
// last place) and below 1e-17 for double. 2^0 is exactly 1, or whatever is
// rescaled once a tile would drift. Highest power first.
template <class T>
inline constexpr auto kExp2 = [] {
  if constexpr (std::is_same_v<T, float>) {
    return std::array<float, 6>{0.001326472731307149f, 0.009671512991189957f,
                                0.05550733581185341f,  0.24022242426872253f,
                                0.6931470036506653f,   1.0f};
  } else {
    return std::array<double, 12>{
        4.4557470651859195e-10, 7.0741883565640056e-09, 1.017805765280084e-07,
        1.321543257541117e-06,  1.5252733839959872e-05, 0.0001540353046362943,
        0.001333355814640838,   0.009618129107587355,   0.05550410866482162,
        0.24022650695910158,    0.6931471805599453,     1.0};
  }
}();

template <class T>
Vec<T> scale_by_power_of_two(const Vec<T>& value, const Vec<T>& exponent) {
#if defined(__AVX512F__)
  if constexpr (std::is_same_v<T, float>) {
    return _mm512_scalef_ps(value, exponent);
  } else {
    return _mm512_scalef_pd(value, exponent);
  }
#else
  return xsimd::ldexp(value, xsimd::to_int(exponent));
#endif
}

}  // namespace simd_detail

// 2^x for x ≤ 0. Below the smallest normal number the result is 0; a NaN stays
// one.
template <class T>
Vec<T> exp2_nonpositive(const Vec<T>& x) {
  constexpr T kSmallest = std::is_same_v<T, float> ? T(-126) : T(-1022);
  const auto vanishes = x < Vec<T>(kSmallest);
  const Vec<T> bounded = xsimd::select(vanishes, Vec<T>(kSmallest), x);
  const Vec<T> whole = xsimd::nearbyint(bounded);
  const Vec<T> fraction = bounded - whole;
  Vec<T> power(simd_detail::kExp2<T>[0]);
  for (std::size_t i = 1; i < simd_detail::kExp2<T>.size(); ++i) {
    power = xsimd::fma(power, fraction, Vec<T>(simd_detail::kExp2<T>[i]));
  }
  power = simd_detail::scale_by_power_of_two(power, whole);
  return xsimd::select(vanishes, Vec<T>(T(0)), power);
}

}  // namespace suite
