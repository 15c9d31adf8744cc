// Random numbers of our own: the same seed and name give the same bits on every
// platform, for every number of threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace suite {

// xoshiro256** (Blackman and Vigna 2018), seeded through SplitMix64.
class Random {
 public:
  explicit Random(std::uint64_t seed);

  std::uint64_t next();
  double uniform();  // in [0, 1), 53 random bits
  double normal();   // mean 0, standard deviation 1; the polar method
  // Uniform in [0, bound). `bound` must not be 0.
  std::uint64_t below(std::uint64_t bound);

 private:
  std::uint64_t state_[4];
};

// A seed of its own for whatever has a name: adding a parameter to a model
// leaves the draws of all others alone.
std::uint64_t derive_seed(std::uint64_t seed, std::string_view name);

// Fills with deviation · normal draws. Cost: about 20 ns a value and thread.
template <class T>
void fill_normal(std::span<T> values, std::uint64_t seed,
                 double deviation = 1.0);

// As fill_normal, of a tensor of which these are the values from `first` on.
template <class T>
void fill_normal_from(std::size_t first, std::span<T> values,
                      std::uint64_t seed, double deviation = 1.0);

// As fill_normal, redrawing what falls beyond two deviations.
template <class T>
void fill_truncated_normal(std::span<T> values, std::uint64_t seed,
                           double deviation);

}  // namespace suite
