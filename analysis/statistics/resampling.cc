#include "analysis/statistics/resampling.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>

#include "support/median.h"

namespace suite {
namespace {

constexpr double kHuber = 1.5;
constexpr int kHuberSteps = 4;
constexpr double kVanishing = 1e-3;
// Of a normal distribution: deviation over median absolute deviation.
constexpr double kNormalOverMad = 1.4826;

// One scale of all groups: median distance from the groups' medians, as if
// normal. Groups of few values lie too near to their own median.
double pooled_scale(const std::vector<std::vector<double>>& groups) {
  std::vector<double> distances;
  for (const auto& group : groups) {
    if (group.size() < 2) continue;
    const double middle = median(group);
    const auto n = static_cast<double>(group.size());
    const double small_sample = std::sqrt(n / (n - 1));
    for (const double value : group) {
      distances.push_back(small_sample * std::abs(value - middle));
    }
  }
  return distances.empty() ? 0 : kNormalOverMad * median(distances);
}

}  // namespace

double percentile(const std::vector<double>& sorted, double share) {
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const auto above = std::min(below + 1, sorted.size() - 1);
  return std::lerp(sorted[below], sorted[above],
                   place - static_cast<double>(below));
}

Resampling::Resampling(const std::vector<Repetitions>& groups,
                       const std::vector<Repetitions>& taken_off,
                       std::uint64_t seed)
    : groups_(groups.size()), random_(seed) {
  double repetitions = 0, resampled = 0;
  for (const auto* side : {&groups, &taken_off}) {
    for (const Repetitions& group : *side) {
      std::vector<double>& logs = logs_.emplace_back();
      for (const double value : group) logs.push_back(std::log(value));
      if (group.size() < 2) continue;
      freedom_ += static_cast<double>(group.size() - 1);
      repetitions += static_cast<double>(group.size());
      ++resampled;
    }
  }
  if (freedom_ > 0) {
    const double mean = repetitions / resampled;
    spread_ = std::sqrt(mean / (mean - 1));
  }
  scale_ = pooled_scale(logs_);
  for (std::size_t g = 0; g < groups_; ++g) {
    double place = location(logs_[g].data(), logs_[g].size());
    if (has_taken_off(g)) {
      const auto& off = logs_[groups_ + g];
      place = std::log(std::exp(place) -
                       std::exp(location(off.data(), off.size())));
    }
    locations_.push_back(place);
  }
  drawn_ = locations_;
}

const Locations& Resampling::draw() {
  for (std::size_t g = 0; g < groups_; ++g) {
    const double place = drawn_location(g);
    drawn_[g] = place;
    if (!has_taken_off(g)) continue;
    const double rest = std::exp(place) - std::exp(drawn_location(groups_ + g));
    drawn_[g] = std::log(std::max(rest, kVanishing * std::exp(place)));
  }
  return drawn_;
}

bool Resampling::has_taken_off(std::size_t group) const {
  return logs_.size() > groups_ && !logs_[groups_ + group].empty();
}

double Resampling::drawn_location(std::size_t group) {
  const std::vector<double>& logs = logs_[group];
  sample_.resize(logs.size());
  for (double& value : sample_) value = logs[random_.below(logs.size())];
  return location(sample_.data(), sample_.size());
}

double Resampling::location(const double* values, std::size_t count) const {
  double place = 0;
  for (std::size_t i = 0; i < count; ++i) {
    place += values[i] / static_cast<double>(count);
  }
  if (scale_ == 0 || count < 3) return place;
  // From the median, so that one wild value can't hold the start.
  place = median({values, values + count});
  const double reach = kHuber * scale_;
  for (int step = 0; step < kHuberSteps; ++step) {
    double weights = 0, sum = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const double distance = std::abs(values[i] - place);
      const double weight = distance <= reach ? 1 : reach / distance;
      weights += weight;
      sum += weight * values[i];
    }
    place = sum / weights;
  }
  return place;
}

Bounds percentile_bounds(double estimate, std::vector<double> draws,
                         const Resampling& resampling, double freedom) {
  Bounds bounds;
  bounds.usual = bounds.wide = {estimate, estimate, estimate};
  if (resampling.exact()) return bounds;
  std::sort(draws.begin(), draws.end());
  const boost::math::students_t t(freedom > 0 ? freedom
                                             : resampling.freedom());
  const auto fill = [&](Interval& interval, double confidence) {
    const double tail = (1 - confidence) / 2;
    const double expansion = resampling.spread() * quantile(t, 1 - tail) /
                             quantile(boost::math::normal(), 1 - tail);
    interval.low =
        estimate + expansion * (percentile(draws, tail) - estimate);
    interval.high =
        estimate + expansion * (percentile(draws, 1 - tail) - estimate);
  };
  fill(bounds.usual, 0.95);
  fill(bounds.wide, 0.99);
  return bounds;
}

}  // namespace suite
