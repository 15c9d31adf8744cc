#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "pretrained/visualisation/attention_map.h"
#include "support/check.h"

namespace suite {
namespace {

double entropy(const float* weights, std::size_t N) {
  double sum = 0, logs = 0;
  for (std::size_t n = 0; n < N; ++n) {
    const double w = weights[n];
    sum += w;
    if (w > 0) logs += w * std::log(w);
  }
  // −Σ (w/sum)·log(w/sum)
  return sum > 0 ? std::log(sum) - logs / sum
                 : std::numeric_limits<double>::infinity();
}

}  // namespace

Tensor<float, 2> mean_over_heads(const Tensor<float, 3>& weights) {
  const std::size_t heads = weights.shape(0);
  const std::size_t M = weights.shape(1), N = weights.shape(2);
  require(weights.size() > 0, "attention weights [{}, {}, {}] are empty", heads,
          M, N);
  Tensor<float, 2> maps({M, N}, 0.0F);
  for (std::size_t h = 0; h < heads; ++h) {
    for (std::size_t m = 0; m < M; ++m) {
      for (std::size_t n = 0; n < N; ++n) {
        const float weight = weights(h, m, n);
        require(std::isfinite(weight) && weight >= 0,
                "the attention weight of head {}, latent {}, input {} is {}", h,
                m, n, weight);
        maps(m, n) += weight / static_cast<float>(heads);
      }
    }
  }
  return maps;
}

std::vector<std::size_t> choose_latents(const Tensor<float, 2>& maps,
                                        std::size_t count,
                                        LatentChoice choice) {
  const std::size_t M = maps.shape(0), N = maps.shape(1);
  count = std::min(count, M);
  std::vector<std::size_t> chosen(M);
  std::iota(chosen.begin(), chosen.end(), 0);
  if (choice == LatentChoice::most_concentrated) {
    std::vector<double> entropies;
    for (std::size_t m = 0; m < M; ++m) {
      entropies.push_back(entropy(maps.data() + m * N, N));
    }
    std::stable_sort(chosen.begin(), chosen.end(),
                     [&](std::size_t a, std::size_t b) {
                       return entropies[a] < entropies[b];
                     });
  } else {
    for (std::size_t i = 0; i < count; ++i) chosen[i] = i * M / count;
  }
  chosen.resize(count);
  return chosen;
}

}  // namespace suite
