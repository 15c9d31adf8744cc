#include "experiments/definition/axes.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <sstream>

#include "contract/shape.h"
#include "support/check.h"
#include "support/nearest.h"
#include "support/quantities.h"
#include "support/toml_reader.h"

namespace suite {
namespace {

struct Axis {
  std::string letter;
  std::vector<std::int64_t> values;
};

Axis parse_axis(const std::string& text) {
  const std::string option = "--set " + text;
  const auto equals = text.find('=');
  require(equals != std::string::npos && equals > 0,
          "{}: must look like N=1024,2048", option);
  Axis axis{text.substr(0, equals), {}};
  const std::vector<std::string> letters(std::begin(kDimensions),
                                         std::end(kDimensions));
  require(
      std::find(letters.begin(), letters.end(), axis.letter) != letters.end(),
      "{}: no letter {}; known are {}{}", option, axis.letter,
      fmt::join(letters, ", "), did_you_mean(axis.letter, letters));
  const bool may_be_zero = axis.letter == "L" || axis.letter == "O";
  std::istringstream values(text.substr(equals + 1) + ",");
  for (std::string value; std::getline(values, value, ',');) {
    axis.values.push_back(static_cast<std::int64_t>(
        whole_from(option + ":", value, may_be_zero ? 0 : 1,
                   static_cast<std::uint64_t>(TomlReader::kLargest))));
  }
  return axis;
}

std::vector<Axis> parse_axes(const std::vector<std::string>& texts) {
  std::vector<Axis> axes;
  std::set<std::string> letters;
  for (const std::string& text : texts) {
    axes.push_back(parse_axis(text));
    require(letters.insert(axes.back().letter).second,
            "--set {}: {} is given twice", text, axes.back().letter);
  }
  return axes;
}

// `file` is one that read_definition has found sound.
void set_axis(toml::table& file, const Axis& axis) {
  toml::array values;
  for (const std::int64_t value : axis.values) values.push_back(value);
  toml::array* sweeps = file["sweep"].as_array();
  bool swept = false;
  if (sweeps != nullptr) {
    for (toml::node& each : *sweeps) {
      toml::table& sweep = *each.as_table();
      if (!sweep.contains(axis.letter)) continue;
      sweep.insert_or_assign(axis.letter, values);
      swept = true;
    }
  }
  if (swept) return;
  if (axis.values.size() == 1) {
    file["base"].as_table()->insert_or_assign(axis.letter, axis.values[0]);
  } else if (sweeps == nullptr) {
    file.insert("sweep", toml::array{toml::table{{axis.letter, values}}});
  } else {
    for (toml::node& each : *sweeps) {
      each.as_table()->insert(axis.letter, values);
    }
  }
}

}  // namespace

Definition read_definition(const std::string& path,
                           const std::vector<std::string>& axes) {
  Definition definition = read_definition(path);
  if (axes.empty()) return definition;
  toml::table file = parse_toml(path, definition.text);
  for (const Axis& axis : parse_axes(axes)) set_axis(file, axis);
  std::ostringstream text;
  text << "# " << definition.name << " with --set "
       << fmt::format("{}", fmt::join(axes, " --set ")) << "\n"
       << file << "\n";
  try {
    return parse_definition(path, text.str());
  } catch (const Error& error) {  // its places are of a text that nobody sees
    throw Error(
        fmt::format("--set {}: {}", fmt::join(axes, " --set "), error.what()));
  }
}

}  // namespace suite
