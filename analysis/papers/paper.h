// A paper's tables as data: what it prints, and which of our models each row is
// of. One TOML file a paper.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "contract/shape.h"

namespace suite {

// What a figure is of; its name is the key of a row. The first are counted; the
// last are measured, as ratios to a row of the same group.
enum class Quantity {
  parameters,
  flops,           // of one example's forward
  inputs,          // N
  channels,        // C
  queries,         // O
  query_channels,  //
  exponent_of_N,   // of the attention's MACs, by doubling N
  exponent_of_D,   //
  steps,           // a second
  time,            //
  memory,          //
  speedup,         // over the group's first row
  saving,          // of memory, likewise
};
inline constexpr std::array<std::string_view, 13> kQuantityNames = {
    "parameters",     "flops",         "inputs",        "channels", "queries",
    "query_channels", "exponent_of_N", "exponent_of_D", "steps",    "time",
    "memory",         "speedup",       "saving"};

std::string_view name_of(Quantity quantity);
bool is_measured(Quantity quantity);
// Printed as a ratio already.
bool is_ratio(Quantity quantity);

struct Figure {
  Quantity of = Quantity::parameters;
  std::string printed;       // "173.1 B"; empty: the paper does not say
  std::string inconsistent;  // why it can't be of this row, where known
  // What it is instead: of this published model, or a way of counting: "macs",
  // or "vocabulary_once", the product with a vocabulary at 1 FLOP a MAC.
  std::string explained_by;
};
inline constexpr std::array<std::string_view, 2> kOtherCountings = {
    "macs", "vocabulary_once"};

struct PaperRow {
  std::string label;
  std::string group;       // rows to be compared; empty: all of the table
  std::string model;       // a published model,
  std::string contestant;  // or one at `shape`; neither: there is none yet
  Shape shape;
  std::string measured;  // the contestant in the rows of the experiment
  std::map<std::string, std::uint64_t> where;  // its dimensions that differ
  std::vector<Figure> figures;                 // in the order of Quantity

  const Figure* find(Quantity quantity) const;
};

struct PaperTable {
  std::string id;  // "table_5"
  std::string caption;
  std::string experiment;  // whose rows have the times; may be empty
  std::vector<PaperRow> rows;
};

struct Paper {
  std::string name;    // as --paper takes it: the file's stem
  std::string source;  // "Jaegle et al. 2021, arXiv:2103.03206v2"
  std::vector<PaperTable> tables;
};

bool is_other_counting(const std::string& explained_by);

// Throws Error, with file, line and column, for an unknown key, model,
// contestant or dimension, and for a figure that is no number.
Paper read_paper(const std::string& path);

// The papers in a folder, by their names, sorted.
std::vector<std::string> paper_names(const std::string& folder);

}  // namespace suite
