#include "experiments/definition/cell.h"

#include <algorithm>
#include <map>

#include "contract/registry.h"
#include "primitives/exchange/range_tree.h"
#include "support/check.h"
#include "support/filter.h"

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
  if (cell.phase != Phase::forward) {
    id += fmt::format("/phase={}", name_of(cell.phase));
    if (cell.keep == Keep::recompute) id += "/keep=recompute";
  }
  id += fmt::format("/{}/threads={}", cell.scalar, cell.threads);
  return cell.ranks == 0 ? id : id + fmt::format("/ranks={}", cell.ranks);
}

Cost declared_of_rank(const Cell& cell, std::size_t rank) {
  const Contestant& contestant = *cell.entry.contestant;
  require(contestant.rank_cost != nullptr, "{} is not run over ranks",
          cell.entry.name());
  require(cell.phase == Phase::forward,
          "over ranks there are forwards alone, no {}", name_of(cell.phase));
  return contestant.rank_cost(cell.shape, cell.entry.options,
                              share_of(cell.shape.N, rank, cell.ranks),
                              cell.scalar_bytes(), cell.threads);
}

// More than any cost of the shape, and than whatever its formulas multiply on
// the way; in doubles, which don't wrap round. Every cost is a sum of products:
// of examples, layers, rows and widths, or of two of rows and a width.
double bound(const Cell& cell, const Shape& s) {
  constexpr double kFactors = 256;  // a backward's products, widenings, bytes
  const double rows = static_cast<double>(s.N + s.M + s.O);
  const double layers =
      2 + static_cast<double>(s.B) * static_cast<double>(s.L + 1);
  double width = static_cast<double>(s.C + s.D + s.H);
  for (const OptionSpec& option : cell.entry.contestant->options) {
    if (option.kind != OptionKind::number) continue;
    width += static_cast<double>(cell.entry.options.number(option.name));
  }
  return kFactors * static_cast<double>(s.batch) * layers * rows * width *
         (rows + width);
}

// What is counted is counted in 64 bits. Where the bound is too coarse to tell,
// a cost can at most be quadrupled when N doubles: of the largest N that is
// certain, how much that leaves.
void require_countable(const Cell& cell) {
  constexpr double kMost = 0x1p63;
  if (bound(cell, cell.shape) < kMost) return;
  std::string refusal;  // of every N that was tried
  Cell smaller = cell;
  while (smaller.shape.N > 1) {
    smaller.shape.N /= 2;
    if (bound(smaller, smaller.shape) >= kMost) continue;
    try {
      const Cost cost = smaller.declared();
      const Work all = cost.total();
      const double times = static_cast<double>(cell.shape.N) /
                           static_cast<double>(smaller.shape.N);
      const double most = static_cast<double>(
          std::max({all.flops(), all.bytes_moved, cost.bytes_held}));
      if (most * times * times < kMost / 16) return;
      refusal.clear();
      break;
    } catch (const Error& error) {
      if (refusal.empty()) refusal = error.what();
    }
  }
  if (!refusal.empty()) throw Error(refusal);
  throw Error(
      "its cost may reach 2^63: counts of multiply-adds and bytes below it are "
      "allowed");
}

}  // namespace

Cost Cell::declared(std::size_t rank) const {
  if (ranks > 0) return declared_of_rank(*this, rank);
  require_countable(*this);
  const Contestant& contestant = *entry.contestant;
  if (phase == Phase::forward) {
    return contestant.cost(shape, entry.options, scalar_bytes(), threads);
  }
  require(contestant.no_backward.empty(), "{} can't be trained: {}",
          entry.name(), contestant.no_backward);
  require(contestant.training_cost != nullptr,
          "{} does not declare what its backward costs", entry.name());
  const TrainingCost training = contestant.training_cost(
      shape, entry.options, scalar_bytes(), threads, keep);
  const std::size_t parameters = training.forward.parameters;
  const std::size_t all = parameters * scalar_bytes();
  const auto moments = static_cast<std::size_t>(optimiser.moments());
  Cost update;
  update[Part::update] = optimiser.update_work(parameters, scalar_bytes());
  update[Part::update].bytes_moved += all;  // the norm that it is clipped by
  Cost cost = training.backward;
  cost.bytes_held = training.bytes_held;
  if (phase == Phase::step) {
    cost += training.forward + update;
    cost.bytes_held = training.bytes_held + moments * all;
  } else if (phase == Phase::update) {
    cost = update;
    // Parameters and gradients, and the input, which is there in every phase.
    cost.bytes_held =
        (2 + moments) * all + shape.batch * shape.N * shape.C * scalar_bytes();
  }
  cost.parameters = parameters;
  return cost;
}

std::string Cell::plan() const {
  const Contestant& contestant = *entry.contestant;
  std::string more = keep == Keep::recompute ? ", recompute" : "";
  if (updates()) more += ", " + optimiser.text();
  if (!contestant.plan) return "as_written" + more;
  try {
    return contestant.plan(shape, entry.options, scalar_bytes()) + more;
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
        for (const Phase phase : definition.phases) {
          Cell cell{entry, shape, threads, definition.scalar, "", {s}, phase};
          // What is kept means nothing to a forward alone.
          if (phase != Phase::forward) cell.keep = definition.keep;
          if (cell.updates()) cell.optimiser = definition.optimiser;
          cell.id = id_of(cell);
          const auto [found, is_new] = index.emplace(cell.id, cells.size());
          if (is_new) {
            cells.push_back(std::move(cell));
          } else if (cells[found->second].sweeps.back() != s) {
            cells[found->second].sweeps.push_back(s);
          }
        }
      });
    }
  }
  return cells;
}

std::vector<Cell> chosen_cells(const Definition& definition,
                               const std::vector<int>& thread_counts,
                               const std::string& filter, std::size_t ranks) {
  std::vector<Cell> cells;
  for (const int threads : thread_counts) {
    for (Cell& cell : cells_of(definition, threads)) {
      cell.ranks = ranks;
      cell.id = id_of(cell);
      cells.push_back(std::move(cell));
    }
  }
  if (filter.empty()) return cells;
  const std::string current = in_todays_words(filter);
  if (current != filter) {
    fmt::print(stderr, "notice: --filter {} is read as {}\n", filter, current);
  }
  const Filter finds(current);
  std::erase_if(cells, [&](const Cell& cell) { return !finds(cell.id); });
  require(!cells.empty(), "--filter {}: no cell has it in its id", filter);
  return cells;
}

}  // namespace suite
