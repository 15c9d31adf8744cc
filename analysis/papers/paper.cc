#include "analysis/papers/paper.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "analysis/papers/printed.h"
#include "contract/registry.h"
#include "support/toml_reader.h"
#include "perceiver/published/published.h"
#include "support/files.h"

namespace suite {
namespace {

using Names = std::vector<std::string>;

class PaperReader : public TomlReader {
 public:
  using TomlReader::TomlReader;

  PaperTable table_of(const toml::node& node) const {
    const toml::table& given = table("table", node);
    known_keys(given, "table.", {"id", "caption", "experiment", "row"});
    PaperTable made{.id = needed("table.", "id", given),
                    .caption = needed("table.", "caption", given),
                    .experiment = text_or("experiment", given)};
    need(given.contains("row"), given.source(), "table {} has no row", made.id);
    for (const toml::node& row : list("row", *given.get("row"))) {
      made.rows.push_back(row_of(row));
    }
    return made;
  }

  std::string needed(const std::string& where, const std::string& key,
                     const toml::table& given) const {
    need(given.contains(key), given.source(), "{}{} is missing", where, key);
    return text(key, *given.get(key));
  }

 private:
  std::string text_or(const std::string& key, const toml::table& given,
                      const std::string& otherwise = "") const {
    return given.contains(key) ? text(key, *given.get(key)) : otherwise;
  }

  // Complaints of other readers, with a place.
  template <class F>
  auto placed(const toml::node& node, const F& read) const {
    try {
      return read();
    } catch (const Error& error) {
      need(false, node.source(), "{}", error.what());
      throw;
    }
  }

  PaperRow row_of(const toml::node& node) const {
    const toml::table& given = table("row", node);
    Names keys = {"label",    "group", "model",        "contestant",  "shape",
                  "measured", "where", "inconsistent", "explained_by"};
    keys.insert(keys.end(), kQuantityNames.begin(), kQuantityNames.end());
    known_keys(given, "row.", keys);
    PaperRow row{.label = needed("row.", "label", given),
                 .group = text_or("group", given),
                 .model = text_or("model", given),
                 .contestant = text_or("contestant", given),
                 .measured = measured(given)};
    const bool is_contestant = !row.contestant.empty();
    need(row.model.empty() || !is_contestant, given.source(),
         "row {} has a model and a contestant: one is allowed", row.label);
    need(is_contestant == given.contains("shape"), given.source(),
         "row {}: a contestant needs a shape, and nothing else does",
         row.label);
    if (!row.model.empty()) check_model("model", given);
    if (is_contestant) {
      placed(*given.get("contestant"),
             [&] { return find_contestant(row.contestant); });
      for (const auto& [name, value] : dimensions("shape", given)) {
        dimension(row.shape, name) = value;
      }
    }
    if (given.contains("where")) row.where = dimensions("where", given);
    figures(given, row);
    return row;
  }

  // As rows are read.
  std::string measured(const toml::table& given) const {
    const std::string name = text_or("measured", given);
    const std::string current = in_todays_words(name);
    if (current != name) {
      fmt::print(stderr, "notice: {}: {} is called {} now\n",
                 place(given.get("measured")->source()), name, current);
    }
    return current;
  }

  void check_model(const std::string& key, const toml::table& given) const {
    const toml::node& node = *given.get(key);
    placed(node, [&] { return published_model(text(key, node)); });
  }

  std::map<std::string, std::uint64_t> dimensions(
      const std::string& key, const toml::table& given) const {
    const toml::table& all = table(key, *given.get(key));
    known_keys(all, key + ".",
               {std::begin(kDimensions), std::end(kDimensions)});
    std::map<std::string, std::uint64_t> values;
    for (const auto& [name, value] : all) {
      const std::string text(name.str());
      values[text] = static_cast<std::uint64_t>(integer(text, value, 0));
    }
    return values;
  }

  void figures(const toml::table& given, PaperRow& row) const {
    const toml::table none;
    const auto notes = [&](const char* key) -> const toml::table& {
      return given.contains(key) ? table(key, *given.get(key)) : none;
    };
    const toml::table& reasons = notes("inconsistent");
    const toml::table& explained = notes("explained_by");
    for (std::size_t i = 0; i < kQuantityNames.size(); ++i) {
      const std::string name(kQuantityNames[i]);
      const toml::node* node = given.get(name);
      const bool noted = reasons.contains(name) || explained.contains(name);
      need(node != nullptr || !noted, given.source(),
           "row {} explains {}, which it does not have", row.label, name);
      if (node == nullptr) continue;
      Figure figure{.of = static_cast<Quantity>(i),
                    .printed = text(name, *node),
                    .inconsistent = text_or(name, reasons),
                    .explained_by = text_or(name, explained)};
      if (!figure.printed.empty()) {
        placed(*node, [&] { return printed(figure.printed); });
      }
      const std::string& by = figure.explained_by;
      if (!by.empty() && !is_other_counting(by)) check_model(name, explained);
      need(by != "vocabulary_once" ||
               row.contestant.find("vocabulary=") != std::string::npos,
           given.source(), "row {}: {} is of a contestant with a vocabulary",
           row.label, by);
      row.figures.push_back(figure);
    }
    known_keys(reasons, "inconsistent.", quantities());
    known_keys(explained, "explained_by.", quantities());
  }

  static Names quantities() {
    return {kQuantityNames.begin(), kQuantityNames.end()};
  }
};

}  // namespace

std::string_view name_of(Quantity quantity) {
  return kQuantityNames[static_cast<std::size_t>(quantity)];
}

bool is_measured(Quantity quantity) { return quantity >= Quantity::steps; }

bool is_ratio(Quantity quantity) { return quantity >= Quantity::speedup; }

bool is_other_counting(const std::string& explained_by) {
  return std::find(kOtherCountings.begin(), kOtherCountings.end(),
                   explained_by) != kOtherCountings.end();
}

const Figure* PaperRow::find(Quantity quantity) const {
  const auto found =
      std::find_if(figures.begin(), figures.end(),
                   [&](const Figure& f) { return f.of == quantity; });
  return found == figures.end() ? nullptr : &*found;
}

Paper read_paper(const std::string& path) {
  const toml::table file = parse_toml(path, read_file(path));
  const PaperReader reader(path);
  reader.known_keys(file, "", {"source", "table"});
  Paper paper{.name = std::filesystem::path(path).stem().string(),
              .source = reader.needed("", "source", file)};
  reader.need(file.contains("table"), file.source(), "there is no table");
  std::set<std::string> ids;
  for (const toml::node& node : reader.list("table", *file.get("table"))) {
    paper.tables.push_back(reader.table_of(node));
    reader.need(ids.insert(paper.tables.back().id).second, node.source(),
                "a second table {}", paper.tables.back().id);
  }
  return paper;
}

std::vector<std::string> paper_names(const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".toml") {
      names.push_back(entry.path().stem().string());
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace suite
