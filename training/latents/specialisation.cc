#include "training/latents/specialisation.h"

#include <cmath>
#include <numeric>

#include "support/check.h"

namespace suite {
namespace {

double entropy_of(const std::vector<double>& p) {
  double entropy = 0;
  for (const double each : p) {
    if (each > 0) entropy -= each * std::log(each);
  }
  return entropy;
}

}  // namespace

void AttentionMaps::add(const Tensor<float, 4>& weights) {
  if (examples_ == 0) {
    heads_ = weights.shape(1);
    latents_ = weights.shape(2);
    inputs_ = weights.shape(3);
    sum_.assign(heads_ * latents_ * inputs_, 0);
    counted_.assign(heads_ * latents_, 0);
  }
  require(weights.shape(1) == heads_ && weights.shape(2) == latents_ &&
              weights.shape(3) == inputs_,
          "maps of {} heads, {} latents and {} inputs after ones of {}, {} and "
          "{}",
          weights.shape(1), weights.shape(2), weights.shape(3), heads_,
          latents_, inputs_);
  std::vector<double> row(inputs_), together(inputs_);
  for (std::size_t b = 0; b < weights.shape(0); ++b) {
    for (std::size_t h = 0; h < heads_; ++h) {
      std::fill(together.begin(), together.end(), 0.0);
      double entropies = 0;
      std::size_t looking = 0;
      for (std::size_t m = 0; m < latents_; ++m) {
        const float* weight = &weights(b, h, m, 0);
        row.assign(weight, weight + inputs_);
        const double all = std::accumulate(row.begin(), row.end(), 0.0);
        if (all == 0) continue;
        double* sum = sum_.data() + (h * latents_ + m) * inputs_;
        for (std::size_t n = 0; n < inputs_; ++n) {
          row[n] /= all;  // float rounds
          together[n] += row[n];
          sum[n] += row[n];
        }
        entropies += entropy_of(row);
        counted_[h * latents_ + m] += 1;
        ++looking;
      }
      if (looking == 0) continue;
      const auto count = static_cast<double>(looking);
      for (double& each : together) each /= count;
      information_ += entropy_of(together) - entropies / count;
      entropy_ += entropies / count;
      ++examples_;
    }
  }
}

Specialisation AttentionMaps::specialisation() const {
  require(examples_ > 0, "no latent looked at anything");
  require(inputs_ > 1, "with 1 input there is no choice where to look");
  const auto count = static_cast<double>(examples_);
  const double most = std::log(static_cast<double>(inputs_));
  double position = 0;
  std::size_t rows = 0;
  std::vector<double> mean(inputs_);
  for (std::size_t r = 0; r < heads_ * latents_; ++r) {
    if (counted_[r] == 0) continue;
    for (std::size_t n = 0; n < inputs_; ++n) {
      mean[n] = sum_[r * inputs_ + n] / counted_[r];
    }
    position += most - entropy_of(mean);
    ++rows;
  }
  Specialisation found;
  found.information = information_ / count;
  found.distinct = std::exp(found.information);
  found.entropy = entropy_ / count / most;
  found.position = position / static_cast<double>(rows);
  found.content = most - entropy_ / count - found.position;
  return found;
}

Tensor<float, 2> AttentionMaps::mean() const {
  Tensor<float, 2> mean;
  mean.resize({latents_, inputs_});
  mean.fill(0);
  for (std::size_t h = 0; h < heads_; ++h) {
    for (std::size_t m = 0; m < latents_; ++m) {
      const double counted = counted_[h * latents_ + m];
      if (counted == 0) continue;
      const double* sum = sum_.data() + (h * latents_ + m) * inputs_;
      for (std::size_t n = 0; n < inputs_; ++n) {
        mean(m, n) += static_cast<float>(sum[n] / counted /
                                         static_cast<double>(heads_));
      }
    }
  }
  return mean;
}

}  // namespace suite
