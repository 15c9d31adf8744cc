// The machine's widest vectors, by xsimd, and the exponential that softmax
// needs.
#pragma once

#include <array>
#include <cstddef>
#include <type_traits>
#include <utility>
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

// The first `count` lanes, the others 0.
template <class T>
Vec<T> load_first(const T* from, std::size_t count) {
  alignas(64) std::array<T, kLanes<T>> lanes{};
  for (std::size_t i = 0; i < count; ++i) lanes[i] = from[i];
  return load(lanes.data());
}
template <class T>
void store_first(T* to, const Vec<T>& value, std::size_t count) {
  alignas(64) std::array<T, kLanes<T>> lanes;
  store(lanes.data(), value);
  for (std::size_t i = 0; i < count; ++i) to[i] = lanes[i];
}

// to[count] ← from[count]. Rows of a head are too short to call memcpy for each.
template <class T>
void copy_row(const T* from, std::size_t count, T* to) {
  std::size_t i = 0;
  for (; i + kLanes<T> <= count; i += kLanes<T>) store(to + i, load(from + i));
  for (; i < count; ++i) to[i] = from[i];
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

// The lower (or, from kLanes/2 on, the upper) halves of a and b, one lane of a
// and one of b in turn. xsimd's own zip does so within quarters of a register.
template <class T, std::size_t from, std::size_t... lane>
Vec<T> interleave(const Vec<T>& a, const Vec<T>& b,
                  std::index_sequence<lane...>) {
  return Vec<T>(__builtin_shufflevector(
      a.data, b.data, (from + lane / 2 + lane % 2 * kLanes<T>)...));
}

}  // namespace simd_detail

// Lane j of row i becomes lane i of row j, by log2(lanes) perfect shuffles.
template <class T>
void transpose(Vec<T> (&rows)[kLanes<T>]) {
  constexpr std::size_t kHalf = kLanes<T> / 2;
  constexpr std::make_index_sequence<kLanes<T>> kEach;
  for (std::size_t round = 1; round < kLanes<T>; round *= 2) {
    Vec<T> next[kLanes<T>];
    for (std::size_t i = 0; i < kHalf; ++i) {
      next[2 * i] =
          simd_detail::interleave<T, 0>(rows[i], rows[i + kHalf], kEach);
      next[2 * i + 1] =
          simd_detail::interleave<T, kHalf>(rows[i], rows[i + kHalf], kEach);
    }
    for (std::size_t i = 0; i < kLanes<T>; ++i) rows[i] = next[i];
  }
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

#if !defined(__AVX512F__)
// 0 where `vanishes`. GCC 12 makes two instructions more of a select.
template <class T, class Mask>
Vec<T> or_zero(const Mask& vanishes, const Vec<T>& value) {
#if defined(__AVX__)
  if constexpr (std::is_same_v<T, float>) {
    return _mm256_andnot_ps(vanishes, value);
  } else {
    return _mm256_andnot_pd(vanishes, value);
  }
#else
  return xsimd::select(vanishes, Vec<T>(T(0)), value);
#endif
}

// 2^n for the whole number n nearest to x, with n itself: x + kShift has n and the
// bias of exponents in its last bits. Needs x within the exponents of T. Few
// instructions and fewer registers: the sums of a product stand beside it.
template <class T>
Vec<T> power_of_whole(const Vec<T>& x, Vec<T>& whole) {
  constexpr bool kFloat = std::is_same_v<T, float>;
  constexpr int kFraction = kFloat ? 23 : 52;
  constexpr T kShift = kFloat ? T(0x1.8p23 + 127) : T(0x1.8p52 + 1023);
  using Integers = xsimd::as_integer_t<Vec<T>>;
  const Vec<T> shifted = x + Vec<T>(kShift);
  whole = shifted - Vec<T>(kShift);
  return xsimd::bitwise_cast<Vec<T>>(
      xsimd::bitwise_cast<Integers>(shifted) << kFraction);
}
#endif

}  // namespace simd_detail

// 2^x, off by three units in the last place at most. Below the smallest normal
// number it is 0, beyond the largest at least 2^127 (2^1023 for double); a NaN
// stays one.
template <class T>
Vec<T> power_of_two(const Vec<T>& x) {
  constexpr T kSmallest = std::is_same_v<T, float> ? T(-126) : T(-1022);
  const auto fit = [](const Vec<T>& fraction) {
    Vec<T> power(simd_detail::kExp2<T>[0]);
    for (std::size_t i = 1; i < simd_detail::kExp2<T>.size(); ++i) {
      power = xsimd::fma(power, fraction, Vec<T>(simd_detail::kExp2<T>[i]));
    }
    return power;
  };
#if defined(__AVX512F__)
  const Vec<T> whole = xsimd::nearbyint(x);
  const Vec<T> power = fit(x - whole);
  if constexpr (std::is_same_v<T, float>) {
    return _mm512_maskz_scalef_ps(
        _mm512_cmp_ps_mask(x, Vec<T>(kSmallest), _CMP_NLT_UQ), power, whole);
  } else {
    return _mm512_maskz_scalef_pd(
        _mm512_cmp_pd_mask(x, Vec<T>(kSmallest), _CMP_NLT_UQ), power, whole);
  }
#else
  constexpr T kLargest = std::is_same_v<T, float> ? T(127) : T(1023);
  // A NaN is the second operand, which is what comes of it.
  const Vec<T> clamped =
      xsimd::min(Vec<T>(kLargest), xsimd::max(Vec<T>(kSmallest), x));
  Vec<T> whole;
  const Vec<T> scale = simd_detail::power_of_whole(clamped, whole);
  return simd_detail::or_zero(x < Vec<T>(kSmallest),
                              scale * fit(clamped - whole));
#endif
}

}  // namespace suite
