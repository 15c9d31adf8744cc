#include "experiments/peers/contest_cell.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>

#include "contract/agreement.h"
#include "support/check.h"
#include "support/files.h"

namespace suite {
namespace {

using nlohmann::json;

std::string_view characters(const RawTensor& tensor) {
  return {reinterpret_cast<const char*>(tensor.bytes.data()),
          tensor.bytes.size()};
}

float value_at(std::string_view bytes, std::size_t index) {
  float value;
  std::memcpy(&value, bytes.data() + index * sizeof value, sizeof value);
  return value;
}

json columns_of(const Record& record) {
  json row;
  for (const std::string_view column : kColumns) {
    row[std::string(column)] = record[column];
  }
  return row;
}

}  // namespace

ContestCell::ContestCell(const Cell& cell, std::uint64_t seed,
                         const RunIdentity& run)
    : run_(run), tested_(cell, seed) {
  tested_.check();
  tested_.build();
}

json ContestCell::save(const std::string& folder) {
  tested_.count();
  json shapes;
  const auto write = [&](const RawTensor& tensor) {
    replace_file(fmt::format("{}/{}.f32", folder, tensor.name),
                 characters(tensor));
    return tensor.shape;
  };
  shapes["parameters"] = json::object();
  for (const RawTensor& parameter : tested_.live()->parameters()) {
    shapes["parameters"][parameter.name] = write(parameter);
  }
  shapes["input"] = write(tested_.live()->input());
  shapes["output"] = write(tested_.live()->output());
  return shapes;
}

json ContestCell::compare(const std::string& file) const {
  const RawTensor output = tested_.live()->output();
  const std::string_view ours = characters(output);
  const std::string theirs = read_file(file);
  require(theirs.size() == ours.size(),
          "the output has {} bytes, ours {}", theirs.size(), ours.size());
  double worst = 0, largest = 0;
  for (std::size_t i = 0; i < ours.size() / sizeof(float); ++i) {
    const double mine = value_at(ours, i);
    const double difference = std::abs(value_at(theirs, i) - mine);
    largest = std::max(largest, std::abs(mine));
    // JSON has no NaN: infinity's stand-in is the largest number.
    worst = std::isfinite(difference) ? std::max(worst, difference)
                                      : std::numeric_limits<double>::max();
    if (!std::isfinite(difference)) break;
  }
  return {{"worst", worst},
          {"allowed",
           2 * allowed_error(tested_.cell().shape, largest,
                             std::numeric_limits<float>::epsilon())}};
}

json ContestCell::time(int forwards, int repetition) {
  require(forwards > 0, "forwards = {}: must be at least 1", forwards);
  const Measurement measured = tested_.time(forwards);
  json rows = json::array();
  for (const Record& record :
       measured_rows(run_, tested_.cell(), repetition, measured,
                     tested_.declared().parameters)) {
    rows.push_back(columns_of(record));
  }
  return {{"seconds", measured.seconds}, {"rows", rows}};
}

json described(const Cell& cell, const RunIdentity& run) {
  const Contestant& contestant = *cell.entry.contestant;
  json options = json::object(), dimensions = json::object();
  for (const OptionSpec& option : contestant.options) {
    options[option.name] = cell.entry.options.text(option.name);
  }
  for (const std::string_view name : kDimensions) {
    if (!contestant.facts.reads(name)) continue;
    dimensions[std::string(name)] = dimension(cell.shape, name);
  }
  json text = {{"id", cell.id},
               {"contestant", contestant.name},
               {"name", cell.label()},
               {"options", options},
               {"letters", dimensions},
               {"phase", name_of(cell.phase)},
               {"optimiser", cell.updates() ? cell.optimiser.text() : ""}};
  try {
    const Cost cost = cell.declared();
    text["macs"] = cost.total().macs;
    text["bytes"] = cost.bytes_held;
    text["row"] = columns_of(untimed_row(run, cell, "", "", &cost));
  } catch (const Error& refusal) {
    text["refusal"] = refusal.what();
    text["row"] = columns_of(untimed_row(run, cell, "", "", nullptr));
  }
  return text;
}

}  // namespace suite
