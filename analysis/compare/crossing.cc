#include "analysis/compare/crossing.h"

#include <algorithm>
#include <cmath>

#include "analysis/compare/contrast.h"

namespace suite {
namespace {

constexpr int kHalvings = 40;

// The ratio's logarithm along points. A place is a point's index, or lies
// between two.
class Line {
 public:
  explicit Line(const std::vector<TimesAt>& points)
      : points_(points),
        logarithmic_(std::all_of(points.begin(), points.end(),
                                 [](const auto& p) { return p.x > 0; })) {}

  double last() const { return static_cast<double>(points_.size() - 1); }

  Interval at(double place) const {
    const auto [below, share] = split(place);
    std::vector<LogTerm> terms = {{points_[below].one, 1 - share},
                                  {points_[below].other, share - 1}};
    if (share > 0) {
      terms.push_back({points_[below + 1].one, share});
      terms.push_back({points_[below + 1].other, -share});
    }
    return log_contrast(terms);
  }

  double x(double place) const {
    const auto [below, share] = split(place);
    if (share == 0) return points_[below].x;
    const double from = points_[below].x, to = points_[below + 1].x;
    return logarithmic_ ? from * std::pow(to / from, share)
                        : from + share * (to - from);
  }

  // From a crossing to the one side (-1) or the other, as far as it may lie.
  double end(double place, int side) const {
    const double border = side < 0 ? 0 : last();
    while (place != border) {
      const double next =
          side < 0 ? std::ceil(place) - 1 : std::floor(place) + 1;
      if (!at(next).contains(0)) return between(place, next);
      place = next;
    }
    return border;
  }

 private:
  static std::pair<std::size_t, double> split(double place) {
    const double below = std::floor(place);
    return {static_cast<std::size_t>(below), place - below};
  }

  double between(double may, double may_not) const {
    for (int i = 0; i < kHalvings; ++i) {
      const double middle = (may + may_not) / 2;
      (at(middle).contains(0) ? may : may_not) = middle;
    }
    return may;
  }

  const std::vector<TimesAt>& points_;
  bool logarithmic_;
};

}  // namespace

std::vector<Interval> crossings(const std::vector<TimesAt>& points) {
  const Line line(points);
  std::vector<double> places, ratios;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const auto here = static_cast<double>(i);
    ratios.push_back(line.at(here).estimate);
    if (ratios[i] == 0) places.push_back(here);
    if (i == 0 || !(ratios[i - 1] * ratios[i] < 0)) continue;
    places.push_back(here - 1 + ratios[i - 1] / (ratios[i - 1] - ratios[i]));
  }
  std::vector<Interval> found;
  for (const double place : places) {
    found.push_back({line.x(place), line.x(line.end(place, -1)),
                     line.x(line.end(place, 1))});
  }
  return found;
}

Interval crossing_change(const Interval& a, const Interval& b) {
  const double change = std::log(b.estimate / a.estimate);
  const double down =
      std::hypot(std::log(b.estimate / b.low), std::log(a.high / a.estimate));
  const double up =
      std::hypot(std::log(b.high / b.estimate), std::log(a.estimate / a.low));
  return exponential({change, change - down, change + up});
}

}  // namespace suite
