#include "experiments/learning/definition/learning_definition.h"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <limits>
#include <set>

#include "contract/registry.h"
#include "support/files.h"
#include "support/sha256.h"
#include "support/toml_reader.h"
#include "training/tasks/tasks.h"

namespace suite {
namespace {

using Setting = std::function<void(Learner&)>;
// The values of one key: a learner has one of them.
using Axis = std::vector<Setting>;

// The letters that are a learner's own; N, C and O are its task's.
constexpr const char* kLetters[] = {"M", "B", "D", "H", "L"};

class Reader : public TomlReader {
 public:
  using TomlReader::TomlReader;

  // A key's values, whether it has one or a list.
  Axis axis(const std::string& key, const toml::node& node) const {
    Axis values;
    const auto add = [&](const toml::node& each) {
      try {
        for (Setting& setting : settings(key, each)) {
          values.push_back(std::move(setting));
        }
      } catch (const Error& error) {
        const std::string what = error.what();
        // Some say already where it stands.
        if (what.starts_with(place(each.source()))) throw;
        need(false, each.source(), "{}", what);
      }
    };
    if (node.is_array()) {
      for (const toml::node& each : list(key, node)) add(each);
    } else {
      add(node);
    }
    return values;
  }

  static std::vector<std::string> swept_keys() {
    std::vector<std::string> keys{"task",     "contestant", "positions",
                                  "latents",  "optimiser",  "schedule",
                                  "clip",     "smoothing",  "embedding",
                                  "batch",    "steps",      "keep"};
    keys.insert(keys.end(), std::begin(kLetters), std::end(kLetters));
    return keys;
  }

 private:
  static bool is_letter(const std::string& key) {
    return std::find(std::begin(kLetters), std::end(kLetters), key) !=
           std::end(kLetters);
  }

  // What one value of a key means; a star may mean several.
  std::vector<Setting> settings(const std::string& key,
                                const toml::node& node) const {
    if (key == "contestant") return contestants(text(key, node));
    if (is_letter(key)) return {letter(key, node)};
    if (const Setting setting = by_text(key, node)) return {setting};
    return {by_number(key, node)};
  }

  static std::vector<Setting> contestants(const std::string& text) {
    std::vector<Setting> all;
    for (const std::string& name : expand_contestants(text)) {
      all.push_back([entry = find_contestant(name)](Learner& learner) {
        learner.config.entry = entry;
      });
    }
    return all;
  }

  Setting letter(const std::string& key, const toml::node& node) const {
    const auto value =
        static_cast<std::size_t>(integer(key, node, key == "L" ? 0 : 1));
    return [key, value](Learner& learner) {
      dimension(learner.config.shape, key) = value;
    };
  }

  Setting by_text(const std::string& key, const toml::node& node) const {
    if (key == "task") {
      const std::string task = text(key, node);
      packages_of_task(task);  // throws for what is none
      return [task](Learner& learner) { learner.task = task; };
    }
    if (key == "positions") {
      return [value = parse_input_positions(text(key, node))](
                 Learner& learner) { learner.config.positions = value; };
    }
    if (key == "latents") {
      return [value = parse_latents(text(key, node))](Learner& learner) {
        learner.plan.latents = value;
      };
    }
    if (key == "optimiser") {
      return [value = parse_recipe(text(key, node))](Learner& learner) {
        learner.plan.optimiser = value;
      };
    }
    if (key == "schedule") {
      return [value = parse_schedule(text(key, node))](Learner& learner) {
        learner.plan.schedule = value;
      };
    }
    if (key == "keep") {
      const std::string keep = text(key, node);
      need(keep == "activations" || keep == "recompute", node.source(),
           "keep = {}: allowed are activations and recompute", keep);
      return [keep](Learner& learner) {
        learner.plan.keep =
            keep == "recompute" ? Keep::recompute : Keep::activations;
      };
    }
    return {};
  }

  Setting by_number(const std::string& key, const toml::node& node) const {
    if (key == "clip") {
      const double value = number(key, node, 0);
      need(value > 0, node.source(), "clip = {}: must be above 0", value);
      return [value](Learner& learner) { learner.plan.clip = value; };
    }
    if (key == "smoothing") {
      const double value = number(key, node, 0);
      need(value < 1, node.source(), "smoothing = {}: must be below 1", value);
      return [value](Learner& learner) { learner.plan.smoothing = value; };
    }
    const auto value = static_cast<std::size_t>(integer(key, node, 1));
    return [key, value](Learner& learner) {
      if (key == "batch") {
        learner.plan.batch = learner.config.shape.batch = value;
      } else if (key == "embedding") {
        learner.config.embedding = value;
      } else {
        learner.steps = value;
      }
    };
  }
};

// One learner for every choice of one setting from each axis.
void for_each_choice(const std::vector<Axis>& axes, std::size_t depth,
                     const Learner& learner,
                     const std::function<void(const Learner&)>& f) {
  if (depth == axes.size()) return f(learner);
  for (const Setting& setting : axes[depth]) {
    Learner next = learner;
    setting(next);
    for_each_choice(axes, depth + 1, next, f);
  }
}

// Every learner of a sweep, those of before left out.
void add_learners(const Reader& reader, const toml::table& sweep,
                  const std::string& where, const Learner& base,
                  std::set<std::string>& known, LearningDefinition& to) {
  const std::vector<std::string> keys = Reader::swept_keys();
  reader.known_keys(sweep, where, keys);
  std::vector<Axis> axes;
  for (const std::string& key : keys) {
    if (const toml::node* node = sweep.get(key)) {
      axes.push_back(reader.axis(key, *node));
    }
  }
  for_each_choice(axes, 0, base, [&](const Learner& learner) {
    reader.need(learner.config.entry.contestant != nullptr, sweep.source(),
                "contestant is missing");
    reader.need(!learner.task.empty(), sweep.source(), "task is missing");
    reader.need(learner.steps > 0, sweep.source(), "steps is missing");
    const Shape& shape = learner.config.shape;
    reader.need(shape.M > 0 && shape.D > 0, sweep.source(),
                "base.M and base.D must be given");
    reader.need(shape.D % shape.H == 0, sweep.source(),
                "H = {} heads do not divide D = {}", shape.H, shape.D);
    if (known.insert(learner.id()).second) to.learners.push_back(learner);
  });
}

void read_run(const Reader& reader, const toml::table& file,
              LearningDefinition& definition) {
  definition.shows = reader.text("shows", *file.get("shows"));
  if (const auto* node = file.get("seeds")) {
    definition.seeds.clear();
    for (const toml::node& each : reader.list("seeds", *node)) {
      const auto seed =
          static_cast<std::uint64_t>(reader.integer("seeds", each, 0));
      reader.need(std::count(definition.seeds.begin(), definition.seeds.end(),
                             seed) == 0,
                  each.source(), "seeds: {} stands there twice", seed);
      definition.seeds.push_back(seed);
    }
  }
  const auto integer = [&](const char* key, std::int64_t least, auto& to) {
    if (const auto* node = file.get(key)) {
      to = static_cast<std::remove_reference_t<decltype(to)>>(
          reader.integer(key, *node, least));
    }
  };
  integer("evaluate_every", 1, definition.evaluate_every);
  integer("held_out", 0, definition.held_out);
  integer("threads", 0, definition.threads);
  if (const auto* node = file.get("budget")) {
    const toml::table& budget = reader.table("budget", *node);
    reader.known_keys(budget, "budget.", {"seconds"});
    if (const auto* seconds = budget.get("seconds")) {
      definition.budget_seconds = reader.number("budget.seconds", *seconds, 0);
    }
  }
}

}  // namespace

LearningDefinition read_learning_definition(const std::string& path) {
  return parse_learning_definition(path, read_file(path));
}

LearningDefinition parse_learning_definition(const std::string& path,
                                             const std::string& text) {
  LearningDefinition definition;
  definition.name = std::filesystem::path(path).stem().string();
  definition.text = text;
  definition.sha256 = sha256(text);
  const toml::table file = parse_toml(path, text);
  const Reader reader(path);
  std::vector<std::string> keys{"shows",    "seeds", "evaluate_every",
                                "held_out", "base",  "sweep",
                                "budget",   "threads"};
  Learner base;
  base.config.shape.batch = base.plan.batch;
  for (const std::string& key : Reader::swept_keys()) {
    const bool is_letter = key.size() == 1;
    if (!is_letter) keys.push_back(key);
    const toml::node* node = is_letter ? nullptr : file.get(key);
    if (node == nullptr) continue;
    reader.need(!node->is_array(), node->source(),
                "{}: one value; lists stand in a [[sweep]]", key);
    reader.axis(key, *node).front()(base);
  }
  reader.known_keys(file, "", keys);
  reader.need(file.contains("shows"), file.source(), "shows is missing");
  read_run(reader, file, definition);
  if (const auto* node = file.get("base")) {
    const toml::table& letters = reader.table("base", *node);
    reader.known_keys(letters, "base.",
                      {std::begin(kLetters), std::end(kLetters)});
    for (const auto& [key, value] : letters) {
      reader.axis(std::string(key.str()), value).front()(base);
    }
  }
  std::set<std::string> known;
  if (const auto* node = file.get("sweep")) {
    for (const toml::node& each : reader.list("sweep", *node)) {
      for (const auto& [key, value] : reader.table("sweep", each)) {
        base.swept.insert(std::string(key.str()));
      }
    }
    for (const toml::node& each : reader.list("sweep", *node)) {
      add_learners(reader, reader.table("sweep", each), "sweep.", base, known,
                   definition);
    }
  } else {
    add_learners(reader, toml::table(), "", base, known, definition);
  }
  return definition;
}

}  // namespace suite
