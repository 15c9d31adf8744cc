#include "analysis/compare/run_pair.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "contract/shape.h"
#include "support/check.h"

namespace suite {
namespace {

std::string key_of(const MeasuredCell& cell, bool with_id) {
  if (with_id) return cell.id + "/" + cell.plan;
  std::string key = cell.contestant + "/" + cell.scalar + "/" + cell.phase;
  for (const auto& [name, value] : cell.dimensions) {
    key += fmt::format("/{}={}", name, value);
  }
  return key;
}

using Index = std::map<std::string, const MeasuredCell*>;

Index index_of(const Run& run, bool with_id) {
  Index index;
  for (const MeasuredCell& cell : run.cells) {
    index.emplace(key_of(cell, with_id), &cell);
  }
  return index;
}

// Rows come in a random order: contestants as defined, dimensions ascending.
std::vector<const MeasuredCell*> in_order(const Run& run, const Index& index) {
  std::map<std::string, std::size_t> places;
  for (const std::string& label : contestants_of(run)) {
    places.emplace(label, places.size());
  }
  const auto rank = [&](const MeasuredCell* cell) {
    std::vector<std::uint64_t> shape;
    for (const std::string_view name : kDimensions) {
      const auto found = cell->dimensions.find(std::string(name));
      shape.push_back(found == cell->dimensions.end() ? 0 : found->second);
    }
    return std::tuple(places.at(cell->contestant), shape);
  };
  std::vector<const MeasuredCell*> cells;
  for (const auto& [key, cell] : index) cells.push_back(cell);
  std::stable_sort(cells.begin(), cells.end(),
                   [&](const MeasuredCell* a, const MeasuredCell* b) {
                     return rank(a) < rank(b);
                   });
  return cells;
}

// The latest run of each experiment and number of ranks: run ids begin with
// their start.
std::map<std::string, const Run*> latest(const char* side,
                                         const std::vector<Run>& runs,
                                         std::vector<std::string>& notes) {
  std::map<std::string, const Run*> all;
  std::map<std::string, int> counts;
  for (const Run& run : runs) {
    const Run*& kept = all[title(run)];
    if (kept == nullptr || kept->run_id < run.run_id) kept = &run;
    ++counts[title(run)];
  }
  for (const auto& [experiment, count] : counts) {
    if (count == 1) continue;
    notes.push_back(fmt::format("{}: {} has {} runs; the latest is compared",
                                experiment, side, count));
  }
  return all;
}

void note_missing(const std::map<std::string, const Run*>& these, char side,
                  const std::map<std::string, const Run*>& others,
                  std::vector<std::string>& notes) {
  for (const auto& [experiment, run] : these) {
    if (others.count(experiment)) continue;
    notes.push_back(fmt::format("{}: only in {}", experiment, side));
  }
}

std::string names_of(const std::map<std::string, const Run*>& runs) {
  std::vector<std::string> names;
  for (const auto& [experiment, run] : runs) names.push_back(experiment);
  return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

RunPair pair_cells(const Run& a, const Run& b) {
  RunPair pair{&a, &b, {}, {}, {}};
  const bool with_id = pair.same_machine();
  const Index in_a = index_of(a, with_id), in_b = index_of(b, with_id);
  for (const MeasuredCell* cell : in_order(a, in_a)) {
    const auto found = in_b.find(key_of(*cell, with_id));
    if (found == in_b.end()) {
      pair.only_a.push_back(cell);
    } else {
      pair.both.push_back({cell, found->second});
    }
  }
  for (const MeasuredCell* cell : in_order(b, in_b)) {
    if (!in_a.count(key_of(*cell, with_id))) pair.only_b.push_back(cell);
  }
  return pair;
}

PairedRuns pair_runs(const std::string& folder_a, const std::vector<Run>& a,
                     const std::string& folder_b, const std::vector<Run>& b) {
  PairedRuns paired;
  const auto of_a = latest("A", a, paired.notes);
  const auto of_b = latest("B", b, paired.notes);
  note_missing(of_a, 'A', of_b, paired.notes);
  note_missing(of_b, 'B', of_a, paired.notes);
  bool share_cells = false;
  for (const auto& [experiment, run] : of_a) {
    const auto found = of_b.find(experiment);
    if (found == of_b.end()) continue;
    paired.pairs.push_back(pair_cells(*run, *found->second));
    share_cells |= !paired.pairs.back().both.empty();
  }
  require(!paired.pairs.empty(),
          "no experiment in common: {} has {}, {} has {}", folder_a,
          names_of(of_a), folder_b, names_of(of_b));
  require(share_cells, "no cell in common: {} and {}, as {} and {}", folder_a,
          folder_b, paired.pairs.front().a->cells.front().id,
          paired.pairs.front().b->cells.front().id);
  return paired;
}

std::vector<SweepPair> pair_sweeps(const RunPair& pair) {
  const auto fixed = [](const DimensionSweep& sweep) {
    FixedDimensions without_threads = sweep.fixed;
    without_threads.threads = 0;
    return without_threads;
  };
  const std::vector<DimensionSweep> of_b = dimension_sweeps(*pair.b);
  std::vector<SweepPair> pairs;
  for (const DimensionSweep& a : dimension_sweeps(*pair.a)) {
    for (const DimensionSweep& b : of_b) {
      if (a.dimension == b.dimension && fixed(a) == fixed(b)) {
        pairs.push_back({a, b});
      }
    }
  }
  return pairs;
}

std::vector<double> usable_seconds(const MeasuredCell* cell) {
  if (cell == nullptr || cell->status == "failed") return {};
  return cell->seconds("total");
}

}  // namespace suite
