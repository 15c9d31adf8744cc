#include "analysis/compare/relative.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

#include "analysis/compare/contrast.h"
#include "analysis/compare/crossing.h"

namespace suite {
namespace {

Interval ratio_of(const MeasuredCell* cell, const MeasuredCell* over) {
  return exponential(
      log_contrast({{usable_seconds(cell), 1}, {usable_seconds(over), -1}}));
}

bool all_timed(std::initializer_list<const MeasuredCell*> cells) {
  return std::none_of(cells.begin(), cells.end(), [](const auto* cell) {
    return usable_seconds(cell).empty();
  });
}

// Slope between two cells, the second at `last`: what the run's repetitions
// say of it.
std::vector<LogTerm> slope_terms(const DimensionSweep& sweep,
                                 const std::string& contestant,
                                 std::uint64_t first, std::uint64_t last,
                                 double sign) {
  const double weight =
      sign / std::log(static_cast<double>(last) / static_cast<double>(first));
  return {{usable_seconds(sweep.at(contestant, last)), weight},
          {usable_seconds(sweep.at(contestant, first)), -weight}};
}

// Values that both runs timed; there is no logarithm of 0.
std::vector<std::uint64_t> common_values(const SweepPair& sweeps,
                                         const std::string& contestant) {
  std::vector<std::uint64_t> values;
  for (const std::uint64_t value : sweeps.a.values) {
    if (value > 0 && all_timed({sweeps.a.at(contestant, value),
                                sweeps.b.at(contestant, value)})) {
      values.push_back(value);
    }
  }
  return values;
}

// What is fixed of the dimensions that one of these contestants reads.
FixedDimensions fixed_for(const DimensionSweep& sweep,
                          const std::vector<std::string>& contestants) {
  std::set<std::string> read;
  for (const std::string& contestant : contestants) {
    for (const std::uint64_t value : sweep.values) {
      const MeasuredCell* cell = sweep.at(contestant, value);
      if (cell == nullptr) continue;
      for (const auto& [name, size] : cell->dimensions) read.insert(name);
    }
  }
  FixedDimensions fixed = sweep.fixed;
  std::erase_if(fixed.dimensions,
                [&](const auto& each) { return !read.count(each.first); });
  return fixed;
}

std::vector<Interval> crossings(const DimensionSweep& sweep,
                                const std::string& contestant,
                                const std::string& over) {
  std::vector<TimesAt> points;
  for (const std::uint64_t value : sweep.values) {
    const MeasuredCell* a = sweep.at(contestant, value);
    const MeasuredCell* b = sweep.at(over, value);
    if (!all_timed({a, b})) continue;
    points.push_back(
        {static_cast<double>(value), usable_seconds(a), usable_seconds(b)});
  }
  return suite::crossings(points);
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

std::vector<RatioChange> ratio_changes(const RunPair& pair) {
  const std::string first = contestants_of(*pair.a).front();
  std::vector<RatioChange> changes;
  for (const CellPair& cell : pair.both) {
    if (cell.a->contestant == first) continue;
    for (const CellPair& over : pair.both) {
      if (over.a->contestant != first || !same_shape(*cell.a, *over.a) ||
          !all_timed({cell.a, cell.b, over.a, over.b})) {
        continue;
      }
      const Interval change =
          exponential(log_contrast({{usable_seconds(cell.b), 1},
                                    {usable_seconds(over.b), -1},
                                    {usable_seconds(cell.a), -1},
                                    {usable_seconds(over.a), 1}}));
      changes.push_back({cell.a, over.a, ratio_of(cell.a, over.a),
                         ratio_of(cell.b, over.b), change});
    }
  }
  return changes;
}

std::vector<SlopeChange> slope_changes(const RunPair& pair) {
  std::vector<SlopeChange> changes;
  // A contestant without latents stands in the sweep of every M.
  std::set<std::tuple<std::string, std::string, FixedDimensions>> seen;
  for (const SweepPair& sweeps : pair_sweeps(pair)) {
    for (const std::string& contestant : sweeps.a.contestants) {
      if (!sweeps.a.reads(contestant)) continue;
      const auto values = common_values(sweeps, contestant);
      if (values.size() < 2) continue;
      const std::uint64_t first = values.front(), last = values.back();
      const FixedDimensions fixed = fixed_for(sweeps.a, {contestant});
      if (!seen.emplace(contestant, sweeps.a.dimension, fixed).second) continue;
      const auto of_a = slope_terms(sweeps.a, contestant, first, last, -1);
      const auto of_b = slope_terms(sweeps.b, contestant, first, last, 1);
      auto both = of_a;
      both.insert(both.end(), of_b.begin(), of_b.end());
      changes.push_back(
          {contestant, sweeps.a.dimension, fixed, first, last,
           log_contrast(slope_terms(sweeps.a, contestant, first, last, 1)),
           log_contrast(of_b), log_contrast(both)});
    }
  }
  return changes;
}

std::vector<Crossover> crossovers(const RunPair& pair) {
  std::vector<Crossover> all;
  std::set<std::tuple<std::string, std::string, std::string, FixedDimensions>>
      seen;
  for (const SweepPair& sweeps : pair_sweeps(pair)) {
    const DimensionSweep& a = sweeps.a;
    for (std::size_t i = 0; i < a.contestants.size(); ++i) {
      for (std::size_t j = i + 1; j < a.contestants.size(); ++j) {
        const std::string &over = a.contestants[i], &other = a.contestants[j];
        if (!contains(sweeps.b.contestants, over) ||
            !contains(sweeps.b.contestants, other) ||
            (!a.reads(over) && !a.reads(other))) {
          continue;
        }
        const FixedDimensions fixed = fixed_for(a, {over, other});
        if (!seen.emplace(other, over, a.dimension, fixed).second) continue;
        Crossover found{other,
                        over,
                        a.dimension,
                        fixed,
                        crossings(a, other, over),
                        crossings(sweeps.b, other, over),
                        {}};
        if (found.a.size() == 1 && found.b.size() == 1) {
          found.change = crossing_change(found.a[0], found.b[0]);
        }
        all.push_back(std::move(found));
      }
    }
  }
  return all;
}

}  // namespace suite
