#include "experiments/definition/cell.h"

#include <map>
#include <regex>

#include "contract/registry.h"
#include "support/check.h"

namespace suite {
namespace {

// Calls f(shape) for every combination of a sweep's lists.
template <class F>
void for_each_shape(const Sweep& sweep, std::size_t depth, const Shape& shape,
                    const F& f) {
  if (depth == sweep.dimensions.size()) return f(shape);
  const SweptDimension& swept = sweep.dimensions[depth];
  for (const std::size_t value : swept.values) {
    Shape next = shape;
    dimension(next, swept.dimension) = value;
    for_each_shape(sweep, depth + 1, next, f);
  }
}

bool sweeps_dimension(const Sweep& sweep, std::string_view name) {
  for (const SweptDimension& swept : sweep.dimensions) {
    if (swept.dimension == name) return true;
  }
  return false;
}

std::string id_of(const Cell& cell) {
  std::string id = cell.entry.name();
  for (const std::string_view name : kDimensions) {
    if (cell.entry.contestant->facts.reads(name)) {
      id += fmt::format("/{}={}", name, dimension(cell.shape, name));
    }
  }
  return id + fmt::format("/{}/threads={}", cell.scalar, cell.threads);
}

}  // namespace

Cost Cell::declared() const {
  return entry.contestant->cost(shape, entry.options, scalar_bytes(), threads);
}

std::string Cell::plan() const {
  const Contestant& contestant = *entry.contestant;
  if (!contestant.plan) return "as_written";
  try {
    return contestant.plan(shape, entry.options, scalar_bytes());
  } catch (const Error&) {
    return "";  // a shape that is refused has none
  }
}

std::vector<Cell> cells_of(const Definition& definition, int threads) {
  std::vector<Cell> cells;
  std::map<std::string, std::size_t> index;
  for (std::size_t s = 0; s < definition.sweeps.size(); ++s) {
    const Sweep& sweep = definition.sweeps[s];
    const auto& names =
        sweep.contestants.empty() ? definition.contestants : sweep.contestants;
    for (const std::string& name : names) {
      const Entry entry = find_contestant(name);
      for_each_shape(sweep, 0, definition.base, [&](Shape shape) {
        // An input as wide as the model, unless the definition says otherwise.
        if (sweeps_dimension(sweep, "D") && !sweeps_dimension(sweep, "C") &&
            definition.base.C == definition.base.D) {
          shape.C = shape.D;
        }
        for (const std::string_view each : kDimensions) {
          if (entry.contestant->facts.reads(each)) continue;
          dimension(shape, each) = dimension(definition.base, each);
        }
        Cell cell{entry, shape, threads, definition.scalar, "", {s}};
        cell.id = id_of(cell);
        const auto [found, is_new] = index.emplace(cell.id, cells.size());
        if (is_new) {
          cells.push_back(std::move(cell));
        } else if (cells[found->second].sweeps.back() != s) {
          cells[found->second].sweeps.push_back(s);
        }
      });
    }
  }
  return cells;
}

std::vector<Cell> chosen_cells(const Definition& definition,
                               const std::vector<int>& thread_counts,
                               const std::string& filter) {
  std::vector<Cell> cells;
  for (const int threads : thread_counts) {
    for (Cell& cell : cells_of(definition, threads)) {
      cells.push_back(std::move(cell));
    }
  }
  if (filter.empty()) return cells;
  try {
    const std::regex expression(filter);
    std::erase_if(cells, [&](const Cell& cell) {
      return !std::regex_search(cell.id, expression);
    });
  } catch (const std::regex_error&) {
    throw Error(fmt::format("--filter {}: not a regular expression", filter));
  }
  require(!cells.empty(), "--filter {}: no cell has it in its id", filter);
  return cells;
}

}  // namespace suite
