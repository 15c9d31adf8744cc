#include "primitives/random.h"

#include <algorithm>
#include <cmath>

// Built without contraction of a·b + c into one rounding, and with a logarithm
// of its own: only +, −, ×, ÷ and √ of IEEE 754 are the same everywhere.

namespace suite {
namespace {

std::uint64_t split_mix(std::uint64_t& state) {
  std::uint64_t z = (state += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

std::uint64_t mixed(std::uint64_t value) { return split_mix(value); }

std::uint64_t rotate_left(std::uint64_t x, int k) {
  return (x << k) | (x >> (64 - k));
}

// ln x for normal x > 0: ln(m·2^e) = 2·artanh((m − 1)/(m + 1)) + e·ln 2 with m
// in [√½, √2), where the series below reaches 1e-17.
double portable_log(double x) {
  int exponent;
  double m = std::frexp(x, &exponent);  // exact
  if (m < 0.70710678118654752) {
    m *= 2;
    --exponent;
  }
  const double s = (m - 1) / (m + 1), square = s * s;
  double series = 0;
  for (int k = 21; k >= 1; k -= 2) series = series * square + 1.0 / k;
  return 2 * s * series + exponent * 0.69314718055994531;
}

// Draws in chunks, each with a stream of its own, so that threads can share a
// tensor and the bits don't depend on how. `from` values lie before these.
constexpr std::size_t kChunk = 4096;

template <class T, class Draw>
void fill_chunks(std::size_t from, std::span<T> values, std::uint64_t seed,
                 const Draw& draw) {
  const std::size_t last = from + values.size();
  const std::size_t chunks = (last + kChunk - 1) / kChunk;
  const std::uint64_t first = mixed(seed);
#pragma omp parallel for schedule(static)
  for (std::size_t chunk = from / kChunk; chunk < chunks; ++chunk) {
    // Mixed twice: Random fills its state by counting on from its seed, so
    // seeds in a row would share most of it.
    Random random(mixed(first + chunk));
    const std::size_t end = std::min(last, (chunk + 1) * kChunk);
    std::size_t i = chunk * kChunk;
    for (; i < from; ++i) draw(random);
    for (; i < end; ++i) values[i - from] = static_cast<T>(draw(random));
  }
}

}  // namespace

Random::Random(std::uint64_t seed) {
  for (std::uint64_t& word : state_) word = split_mix(seed);
}

std::uint64_t Random::next() {
  const std::uint64_t result = rotate_left(state_[1] * 5, 7) * 9;
  const std::uint64_t t = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= t;
  state_[3] = rotate_left(state_[3], 45);
  return result;
}

double Random::uniform() {
  return static_cast<double>(next() >> 11) * 0x1.0p-53;
}

double Random::normal() {
  double u, square;
  do {
    u = 2 * uniform() - 1;
    const double v = 2 * uniform() - 1;
    square = u * u + v * v;
  } while (square >= 1 || square == 0);
  return u * std::sqrt(-2 * portable_log(square) / square);
}

std::uint64_t Random::below(std::uint64_t bound) {
  const std::uint64_t unbiased = -bound % bound;  // 2^64 mod bound
  std::uint64_t draw = next();
  while (draw < unbiased) draw = next();
  return draw % bound;
}

std::uint64_t derive_seed(std::uint64_t seed, std::string_view name) {
  // FNV-1a over the name. The seed is mixed first: as it is, it could cancel
  // the first character.
  std::uint64_t hash = mixed(seed) ^ 0xcbf29ce484222325u;
  for (const char c : name) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  }
  return mixed(hash);
}

template <class T>
void fill_normal(std::span<T> values, std::uint64_t seed, double deviation) {
  fill_normal_from(0, values, seed, deviation);
}

template <class T>
void fill_normal_from(std::size_t first, std::span<T> values,
                      std::uint64_t seed, double deviation) {
  fill_chunks(first, values, seed,
              [=](Random& random) { return deviation * random.normal(); });
}

template <class T>
void fill_truncated_normal(std::span<T> values, std::uint64_t seed,
                           double deviation) {
  fill_chunks(0, values, seed, [=](Random& random) {
    double draw = random.normal();
    while (std::abs(draw) > 2) draw = random.normal();
    return deviation * draw;
  });
}

template void fill_normal<float>(std::span<float>, std::uint64_t, double);
template void fill_normal<double>(std::span<double>, std::uint64_t, double);
template void fill_normal_from<float>(std::size_t, std::span<float>,
                                      std::uint64_t, double);
template void fill_normal_from<double>(std::size_t, std::span<double>,
                                       std::uint64_t, double);
template void fill_truncated_normal<float>(std::span<float>, std::uint64_t,
                                           double);
template void fill_truncated_normal<double>(std::span<double>, std::uint64_t,
                                            double);

}  // namespace suite
