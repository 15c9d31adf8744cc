#include "experiments/definition/definition.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <bit>
#include <filesystem>
#include <initializer_list>
#include <limits>

#include "contract/registry.h"
#include "support/check.h"
#include "support/files.h"
#include "support/sha256.h"
#include "support/toml_reader.h"

namespace suite {
namespace {

constexpr std::int64_t kMostRanks = 1024;

// What is special about definitions.
class Reader : public TomlReader {
 public:
  using TomlReader::TomlReader;

  std::vector<std::string> contestants(const std::string& key,
                                       const toml::node& node) const {
    std::vector<std::string> names;
    for (const toml::node& each : list(key, node)) {
      try {
        for (std::string& name : expand_contestants(text(key, each))) {
          names.push_back(std::move(name));
        }
      } catch (const Error& error) {
        need(false, each.source(), "{}", error.what());
      }
    }
    return names;
  }

  std::size_t dimension_value(const std::string& key,
                              const toml::node& node) const {
    const bool may_be_zero = key == "L" || key == "O";
    return static_cast<std::size_t>(integer(key, node, may_be_zero ? 0 : 1));
  }

  std::size_t ranks(const toml::node& node) const {
    const auto ranks =
        static_cast<std::size_t>(integer("ranks", node, 1, kMostRanks));
    need(std::has_single_bit(ranks), node.source(),
         "ranks = {}: allowed are powers of two, 1 to {}", ranks, kMostRanks);
    return ranks;
  }

  Shape base(const toml::node& node) const {
    const toml::table& base = table("base", node);
    known_keys(base, "base.", dimensions());
    for (const char* needed : {"N", "M", "D"}) {
      need(base.contains(needed), base.source(), "base.{} is missing", needed);
    }
    Shape shape;
    for (const auto& [key, value] : base) {
      dimension(shape, key.str()) =
          dimension_value(std::string(key.str()), value);
    }
    if (!base.contains("C")) shape.C = shape.D;
    return shape;
  }

  Sweep sweep(const toml::node& node) const {
    const toml::table& table = this->table("sweep", node);
    std::vector<std::string> known = dimensions();
    known.push_back("contestants");
    known_keys(table, "sweep.", known);
    Sweep sweep;
    for (const std::string& name : dimensions()) {
      const toml::node* values = table.get(name);
      if (values == nullptr) continue;
      SweptDimension& swept = sweep.dimensions.emplace_back();
      swept.dimension = name;
      for (const toml::node& value : list("sweep." + name, *values)) {
        swept.values.push_back(dimension_value(name, value));
      }
    }
    if (const toml::node* names = table.get("contestants")) {
      sweep.contestants = contestants("sweep.contestants", *names);
    }
    return sweep;
  }

  static std::vector<std::string> dimensions() {
    return {std::begin(kDimensions), std::end(kDimensions)};
  }
};

std::vector<std::size_t> values_of(const Sweep& sweep, const Shape& base,
                                   const std::string& name) {
  for (const SweptDimension& swept : sweep.dimensions) {
    if (swept.dimension == name) return swept.values;
  }
  return {dimension(base, name)};
}

// Heads must divide the width, for every pair that a sweep makes.
void check_heads(const Reader& reader, const Definition& definition,
                 const toml::source_region& where) {
  for (const Sweep& sweep : definition.sweeps) {
    for (const std::size_t heads : values_of(sweep, definition.base, "H")) {
      for (const std::size_t width : values_of(sweep, definition.base, "D")) {
        reader.need(width % heads == 0, where,
                    "H = {} heads do not divide D = {}", heads, width);
      }
    }
  }
}

void read_precision(const Reader& reader, const toml::table& precision,
                    Definition& definition) {
  reader.known_keys(precision, "precision.", {"half_width", "most_repetitions"});
  if (const auto* node = precision.get("half_width")) {
    definition.half_width = reader.number("precision.half_width", *node, 0);
  }
  if (const auto* node = precision.get("most_repetitions")) {
    definition.most_repetitions = static_cast<int>(
        reader.integer("precision.most_repetitions", *node, 2, 10000));
  }
}

void read_errors(const Reader& reader, const toml::table& errors,
                 Definition& definition) {
  reader.known_keys(errors, "errors.", {"patterns"});
  reader.need(errors.contains("patterns"), errors.source(),
              "errors.patterns is missing");
  for (const toml::node& node :
       reader.list("errors.patterns", *errors.get("patterns"))) {
    const std::string name = reader.text("errors.patterns", node);
    const auto found =
        std::find(kPatternNames.begin(), kPatternNames.end(), name);
    reader.need(found != kPatternNames.end(), node.source(),
                "errors.patterns = {}: allowed are {}", name,
                fmt::join(kPatternNames, ", "));
    definition.error_patterns.push_back(
        static_cast<Pattern>(found - kPatternNames.begin()));
  }
}

void read_training(const Reader& reader, const toml::table& file,
                   Definition& definition) {
  if (const auto* node = file.get("phases")) {
    definition.phases.clear();
    for (const toml::node& each : reader.list("phases", *node)) {
      const std::string name = reader.text("phases", each);
      const auto found =
          std::find(kPhaseNames.begin(), kPhaseNames.end(), name);
      reader.need(found != kPhaseNames.end(), each.source(),
                  "phases = {}: allowed are {}", name,
                  fmt::join(kPhaseNames, ", "));
      definition.phases.push_back(
          static_cast<Phase>(found - kPhaseNames.begin()));
    }
  }
  if (const auto* node = file.get("optimiser")) {
    try {
      definition.optimiser = parse_recipe(reader.text("optimiser", *node));
    } catch (const Error& error) {
      reader.need(false, node->source(), "{}", error.what());
    }
  }
  if (const auto* node = file.get("keep")) {
    const std::string keep = reader.text("keep", *node);
    reader.need(keep == "activations" || keep == "recompute", node->source(),
                "keep = {}: allowed are activations and recompute", keep);
    if (keep == "recompute") definition.keep = Keep::recompute;
  }
}

void read_budget(const Reader& reader, const toml::table& budget,
                 Definition& definition) {
  reader.known_keys(budget, "budget.",
                    {"seconds", "repetition_seconds", "memory"});
  if (const auto* node = budget.get("seconds")) {
    definition.budget_seconds = reader.number("budget.seconds", *node, 0);
  }
  if (const auto* node = budget.get("repetition_seconds")) {
    definition.repetition_seconds =
        reader.number("budget.repetition_seconds", *node, 0);
  }
  if (const auto* node = budget.get("memory")) {
    definition.budget_memory = static_cast<std::uint64_t>(
        reader.integer("budget.memory", *node, 1,
                       std::numeric_limits<std::int64_t>::max()));
  }
}

}  // namespace

Definition read_definition(const std::string& path) {
  return parse_definition(path, read_file(path));
}

std::vector<std::string> definition_files(const std::string& folder) {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".toml") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<std::string> experiment_names(const std::vector<std::string>& files) {
  std::vector<std::string> names;
  for (const std::string& file : files) {
    names.push_back(std::filesystem::path(file).stem().string());
  }
  return names;
}

Definition parse_definition(const std::string& path, const std::string& text) {
  Definition definition;
  definition.path = path;
  definition.name = experiment_names({path}).front();
  definition.text = text;
  definition.sha256 = sha256(text);
  const toml::table file = parse_toml(path, text);
  const Reader reader(path);
  reader.known_keys(file, "",
                    {"shows", "contestants", "base", "sweep", "repetitions",
                     "threads", "scalar", "seed", "precision", "errors",
                     "budget", "phases", "keep", "optimiser", "ranks"});
  for (const char* needed : {"shows", "contestants", "base"}) {
    reader.need(file.contains(needed), file.source(), "{} is missing", needed);
  }
  definition.shows = reader.text("shows", *file.get("shows"));
  definition.contestants =
      reader.contestants("contestants", *file.get("contestants"));
  definition.base = reader.base(*file.get("base"));
  if (const auto* node = file.get("repetitions")) {
    definition.repetitions =
        static_cast<int>(reader.integer("repetitions", *node, 1, 10000));
  }
  if (const auto* node = file.get("threads")) {
    definition.threads =
        static_cast<int>(reader.integer("threads", *node, 0, 1024));
  }
  if (const auto* node = file.get("scalar")) {
    definition.scalar = reader.text("scalar", *node);
    reader.need(definition.scalar == "float" || definition.scalar == "double",
                node->source(), "scalar = {}: allowed are float and double",
                definition.scalar);
  }
  if (const auto* node = file.get("seed")) {
    definition.seed = static_cast<std::uint64_t>(reader.integer(
        "seed", *node, 0, std::numeric_limits<std::int64_t>::max()));
  }
  if (const auto* node = file.get("ranks")) {
    for (const toml::node& each : reader.list("ranks", *node)) {
      definition.ranks.push_back(reader.ranks(each));
    }
  }
  read_training(reader, file, definition);
  if (const auto* node = file.get("precision")) {
    read_precision(reader, reader.table("precision", *node), definition);
  }
  if (const auto* node = file.get("errors")) {
    read_errors(reader, reader.table("errors", *node), definition);
  }
  if (const auto* node = file.get("budget")) {
    read_budget(reader, reader.table("budget", *node), definition);
  }
  if (const auto* node = file.get("sweep")) {
    for (const toml::node& each : reader.list("sweep", *node)) {
      definition.sweeps.push_back(reader.sweep(each));
    }
  } else {
    definition.sweeps.emplace_back();  // the base alone
  }
  check_heads(reader, definition, file.get("base")->source());
  return definition;
}

}  // namespace suite
