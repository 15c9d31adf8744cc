#include "analysis/claims/evidence.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>

#include "contract/registry.h"
#include "experiments/definition/cell.h"
#include "support/check.h"

namespace suite {
namespace {

using Dimensions = std::map<std::string, std::uint64_t>;

MeasuredCell counted_cell(const Cell& cell) {
  MeasuredCell counted;
  counted.id = cell.id;
  counted.contestant = cell.label();
  counted.threads = cell.threads;
  counted.ranks = static_cast<int>(cell.ranks);
  counted.scalar = cell.scalar;
  for (const std::string_view name : kDimensions) {
    if (cell.entry.contestant->facts.reads(name)) {
      counted.dimensions[std::string(name)] = dimension(cell.shape, name);
    }
  }
  Cost cost;
  try {
    cost = cell.declared();
  } catch (const Error& refusal) {
    if (cell.ranks == 0) throw;
    counted.status = "skipped";
    counted.reason = refusal.what();
    return counted;
  }
  counted.status = "ok";
  const auto add = [&](const std::string& part, const Work& work) {
    counted.parts[part] = {
        {}, work.macs, work.logits, work.flops(), work.bytes_moved};
  };
  for (int part = 0; part < kParts; ++part) {
    add(std::string(kPartNames[part]), cost.parts[part]);
  }
  add("total", cost.total());
  counted.bytes_peak = cost.bytes_held;
  counted.parameters = cost.parameters;
  return counted;
}

// A count of the cell, or -1 if it has none.
double count_of(const MeasuredCell& cell, const std::string& quantity,
                const std::string& part) {
  if (quantity == "macs_per_byte") {
    const double bytes = count_of(cell, "bytes_moved", part);
    return bytes > 0 ? count_of(cell, "macs", "total") / bytes : -1;
  }
  if (quantity == "bytes_peak") {
    return cell.bytes_peak ? static_cast<double>(*cell.bytes_peak) : -1;
  }
  if (quantity == "parameters") {
    return cell.parameters ? static_cast<double>(*cell.parameters) : -1;
  }
  double sum = 0;
  for (const std::string_view name : parts_of(part)) {
    const auto found = cell.parts.find(std::string(name));
    if (found == cell.parts.end()) return -1;
    const MeasuredPart& p = found->second;
    sum += static_cast<double>(quantity == "macs"     ? p.macs
                               : quantity == "flops"  ? p.flops
                               : quantity == "logits" ? p.logits
                                                      : p.bytes_moved);
  }
  return sum;
}

std::vector<double> values_of(const MeasuredCell& cell,
                              const std::string& quantity,
                              const std::string& part) {
  if (quantity == "seconds") return cell.seconds(part);
  const double count = count_of(cell, quantity, part);
  if (count < 0) return {};
  return {count};
}

bool over_ranks(const MeasuredCell& cell, const Subject& subject,
                const std::string& variable, const Run& run) {
  if (variable == kRanks) return cell.ranks > 0;
  const auto fixed = subject.where.find(kRanks);
  return cell.ranks == (fixed == subject.where.end()
                            ? run.ranks
                            : static_cast<int>(fixed->second));
}

// The base, as the run was asked for: C follows D where the cell's does.
bool matches(const MeasuredCell& cell, const Subject& subject,
             const Dimensions& where, const std::string& variable,
             const Definition& definition, bool any) {
  if (cell.contestant != subject.label()) return false;
  for (const auto& [name, value] : cell.dimensions) {
    if (name == variable) continue;
    const auto fixed = where.find(name);
    if (fixed != where.end()) {
      if (value != fixed->second) return false;
    } else if (!any && value != dimension(definition.base, name)) {
      const bool follows =
          name == "C" && variable == "D" && value == cell.dimensions.at("D");
      if (!follows) return false;
    }
  }
  return true;
}

const MeasuredCell* cell_at(const Run& run, const std::string& contestant,
                            const Dimensions& dimensions, int ranks) {
  for (const MeasuredCell& cell : run.cells) {
    if (cell.contestant == contestant && cell.dimensions == dimensions &&
        cell.ranks == ranks) {
      return &cell;
    }
  }
  return nullptr;
}

std::string why_untimed(const MeasuredCell& cell) {
  return cell.reason.empty() ? cell.id + " was not measured"
                             : cell.status + ": " + cell.reason;
}

// Fills in what is to be taken off; false if the run has no such cell.
bool take_off(const Claim& claim, const Subject& subject, const Run& run,
              const MeasuredCell& cell, Point& point) {
  Dimensions dimensions = cell.dimensions;
  int ranks = cell.ranks;
  for (const auto& [name, value] : subject.minus) {
    if (name == kRanks) {
      ranks = static_cast<int>(value);
    } else {
      dimensions[name] = value;
    }
  }
  const std::string contestant =
      subject.minus_contestant.empty()
          ? subject.label()
          : of_phase(subject.minus_contestant, subject.phase);
  const MeasuredCell* off = cell_at(run, contestant, dimensions, ranks);
  if (off == nullptr) return false;
  point.taken_off = values_of(*off, claim.quantity, subject.part);
  return !point.taken_off.empty();
}

bool is_number(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [](double v) {
    return std::isfinite(v) && v >= 0;
  });
}

}  // namespace

Run counted_run(const Definition& definition, int ranks) {
  Run run;
  run.ranks = ranks;
  run.folder = definition.path;
  run.experiment = definition.name;
  run.definition_sha256 = definition.sha256;
  // What is counted doesn't depend on threads but for buffers: two, always.
  std::set<std::size_t> counts = {0, static_cast<std::size_t>(ranks)};
  counts.insert(definition.ranks.begin(), definition.ranks.end());
  for (const std::size_t count : counts) {
    for (const Cell& cell :
         chosen_cells(definition, {2}, /*filter=*/"", count)) {
      run.cells.push_back(counted_cell(cell));
    }
  }
  return run;
}

Evidence gather(const Claim& claim, const Subject& subject, const Run& run,
                const Definition& definition) {
  Evidence evidence;
  const bool any = claim.variable.empty() && claim.kind == ClaimKind::sum_of_terms;
  for (const MeasuredCell& cell : run.cells) {
    if (!over_ranks(cell, subject, claim.variable, run) ||
        !matches(cell, subject, subject.where, claim.variable, definition,
                 any)) {
      continue;
    }
    Point point;
    point.dimensions = cell.dimensions;
    const auto x = cell.dimensions.find(claim.variable);
    if (x != cell.dimensions.end()) point.x = static_cast<double>(x->second);
    if (claim.variable == kRanks) point.x = cell.ranks;
    if (point.x < claim.from) continue;
    point.values = values_of(cell, claim.quantity, subject.part);
    if (point.values.empty()) {
      evidence.lacks = why_untimed(cell);
      continue;
    }
    if (!is_number(point.values)) {
      evidence.lacks = cell.id + " has a value that is no number";
      continue;
    }
    if (subject.has_minus() &&
        !take_off(claim, subject, run, cell, point)) {
      continue;
    }
    evidence.points.push_back(std::move(point));
  }
  // Resampling draws in their order: not in that of rows.
  std::sort(evidence.points.begin(), evidence.points.end(),
            [](const Point& a, const Point& b) {
              return std::tie(a.x, a.dimensions, a.values) <
                     std::tie(b.x, b.dimensions, b.values);
            });
  if (evidence.points.empty() && evidence.lacks.empty()) {
    evidence.lacks =
        fmt::format("the run has no such cell of {}", subject.label());
  }
  return evidence;
}

}  // namespace suite
