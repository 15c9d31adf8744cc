// Sweeps whose truth is known: the noise of shared machines on a given law.
#pragma once

#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "analysis/statistics/resampling.h"

namespace suite {

enum class Noise { normal, heavy_tailed, spikes, drift };
inline constexpr Noise kNoises[] = {Noise::normal, Noise::heavy_tailed,
                                    Noise::spikes, Noise::drift};

inline std::string name_of(Noise noise) {
  switch (noise) {
    case Noise::normal: return "normal";
    case Noise::heavy_tailed: return "heavy-tailed";
    case Noise::spikes: return "spikes";
    case Noise::drift: return "drift";
  }
  return "";
}

// Student's t with 3 degrees of freedom, at deviation 1.
inline double heavy_tailed(Random& random) {
  double squares = 0;
  for (int i = 0; i < 3; ++i) {
    const double z = random.normal();
    squares += z * z;
  }
  return random.normal() / std::sqrt(squares / 3) / std::sqrt(3.0);
}

// Repetitions of each y, multiplied by noise of relative size `deviation`.
// Interleaved as an experiment is: drift is what the whole machine does while
// the repetitions of all cells come in a random order.
inline std::vector<Repetitions> noisy(const std::vector<double>& truth,
                                      std::size_t repetitions, Noise noise,
                                      double deviation, Random& random) {
  std::vector<Repetitions> groups(truth.size());
  for (std::size_t k = 0; k < truth.size(); ++k) {
    for (std::size_t r = 0; r < repetitions; ++r) {
      double log_noise = deviation * random.normal();
      if (noise == Noise::heavy_tailed) {
        log_noise = deviation * heavy_tailed(random);
      } else if (noise == Noise::spikes && random.uniform() < 0.05) {
        log_noise += std::log(1.2 + random.uniform());
      } else if (noise == Noise::drift) {
        // From 0 to three deviations over the run, at a random moment of it.
        log_noise += 3 * deviation * random.uniform();
      }
      groups[k].push_back(truth[k] * std::exp(log_noise));
    }
  }
  return groups;
}

}  // namespace suite
