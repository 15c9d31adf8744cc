#include "analysis/papers/counted.h"

#include <cmath>

#include "contract/registry.h"
#include "perceiver/io/count.h"
#include "perceiver/published/published.h"

namespace suite {
namespace {

bool has_model(const PaperRow& row) {
  return !row.model.empty() || !row.contestant.empty();
}

Cost cost_at(const std::string& contestant, const Shape& shape) {
  const Entry entry = find_contestant(contestant);
  return entry.contestant->cost(shape, entry.options, sizeof(float),
                                /*threads=*/1);
}

Cost cost_of(const PaperRow& row) {
  return row.model.empty() ? cost_at(row.contestant, row.shape)
                           : count(published_model(row.model).config);
}

// How the attention's MACs grow when the dimension doubles.
double exponent(const PaperRow& row, std::string_view name) {
  const auto macs = [&](const Shape& shape) {
    const Cost cost = cost_at(row.contestant, shape);
    return static_cast<double>(cost[Part::scores].macs +
                               cost[Part::weighted_sum].macs);
  };
  Shape twice = row.shape;
  dimension(twice, name) *= 2;
  if (name == "D") twice.C *= 2;
  return std::log2(macs(twice) / macs(row.shape));
}

// With the product of a contestant's option `vocabulary` at 1 FLOP a MAC.
std::uint64_t vocabulary_once(const PaperRow& row) {
  const Options options = find_contestant(row.contestant).options;
  const std::uint64_t macs =
      row.shape.N * row.shape.D * options.number("vocabulary");
  return cost_of(row).total().flops() - macs;
}

// Of published models alone.
std::optional<double> size(const PaperRow& row, Quantity quantity) {
  if (row.model.empty()) return std::nullopt;
  const IoConfig config = published_model(row.model).config;
  switch (quantity) {
    case Quantity::inputs:
      return static_cast<double>(input_rows(config));
    case Quantity::channels:
      return static_cast<double>(input_channels(config));
    case Quantity::queries:
      return static_cast<double>(query_rows(config));
    case Quantity::query_channels:
      return static_cast<double>(query_channels(config));
    default:
      return std::nullopt;
  }
}

}  // namespace

std::optional<double> counted(const PaperRow& row, Quantity quantity) {
  if (!has_model(row)) return std::nullopt;
  switch (quantity) {
    case Quantity::parameters:
      return static_cast<double>(cost_of(row).parameters);
    case Quantity::flops:
      return static_cast<double>(cost_of(row).total().flops());
    case Quantity::exponent_of_N:
    case Quantity::exponent_of_D:
      if (row.contestant.empty()) return std::nullopt;
      return exponent(row, quantity == Quantity::exponent_of_N ? "N" : "D");
    default:
      return size(row, quantity);
  }
}

std::optional<double> explaining(const PaperRow& row, const Figure& figure) {
  if (figure.explained_by.empty() || !has_model(row)) return std::nullopt;
  if (is_other_counting(figure.explained_by)) {
    return static_cast<double>(figure.explained_by == "macs"
                                   ? cost_of(row).total().macs
                                   : vocabulary_once(row));
  }
  PaperRow other = row;
  other.model = figure.explained_by;
  other.contestant.clear();
  return counted(other, figure.of);
}

}  // namespace suite
