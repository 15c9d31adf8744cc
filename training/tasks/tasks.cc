#include "training/tasks/tasks.h"

#include <fmt/ranges.h>

#include <utility>

#include "training/named.h"
#include "training/tasks/generated/kinds.h"
#include "training/tasks/kind.h"
#include "training/tasks/pictures/kinds.h"
#include "training/tasks/texts/kinds.h"

namespace suite {
namespace {

const std::vector<TaskKind>& kinds() {
  static const std::vector<TaskKind> kKinds = {
      digits_kind(),        fashion_kind(),           needles_kind(),
      pointer_chase_kind(), count_and_maximum_kind(), points_kind(),
      sound_kind(),         language_kind(),          masked_bytes_kind()};
  return kKinds;
}

std::pair<Named, const TaskKind*> parse(std::string_view text) {
  std::vector<NamedKind> named;
  for (const TaskKind& kind : kinds()) named.push_back(kind.named);
  std::pair<Named, const TaskKind*> found{parse_named("task", text, named), {}};
  for (const TaskKind& kind : kinds()) {
    if (kind.named.name == found.first.name) found.second = &kind;
  }
  return found;
}

}  // namespace

std::unique_ptr<Task> make_task(std::string_view text,
                                const std::string& root) {
  const auto [named, kind] = parse(text);
  return kind->make(named, root);
}

std::vector<std::string> packages_of_task(std::string_view text) {
  return parse(text).second->packages;
}

std::string known_tasks() {
  std::string lines;
  for (const TaskKind& kind : kinds()) {
    std::vector<std::string> options;
    for (const OptionSpec& option : kind.named.options) {
      const bool choice = option.kind == OptionKind::choice;
      options.push_back(option.name + "=" +
                        (choice
                             ? fmt::format("{}", fmt::join(option.allowed, "|"))
                             : option.standard));
    }
    lines += kind.named.name;
    if (!options.empty())
      lines += fmt::format("({})", fmt::join(options, ", "));
    lines += '\n';
  }
  return lines;
}

}  // namespace suite
