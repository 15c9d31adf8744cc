#include "contract/registry.h"

#include <cstdlib>
#include <map>

#include "primitives/check.h"

namespace suite {
namespace {

// Inside a function: made before the first registration, wherever that is.
std::map<std::string, Contestant>& by_name() {
  static std::map<std::string, Contestant> map;
  return map;
}

}  // namespace

Registration::Registration(Contestant contestant) {
  try {
    const std::string name = contestant.name;
    require(parse_contestant_name(name).options.empty(),
            "contestant {}: a registered name has no options", name);
    require(by_name().emplace(name, std::move(contestant)).second,
            "contestant {}: registered twice", name);
  } catch (const Error& error) {
    fmt::print(stderr, "{}\n", error.what());
    std::abort();
  }
}

std::vector<const Contestant*> contestants() {
  std::vector<const Contestant*> all;
  for (const auto& [name, contestant] : by_name()) all.push_back(&contestant);
  return all;
}

Entry find_contestant(std::string_view text) {
  const ContestantName parsed = parse_contestant_name(text);
  const auto found = by_name().find(parsed.name);
  if (found == by_name().end()) {
    std::vector<std::string> known;
    for (const auto& [name, contestant] : by_name()) known.push_back(name);
    throw Error(fmt::format("unknown contestant {}; known are {}", parsed.name,
                            fmt::join(known, ", ")));
  }
  const Contestant& contestant = found->second;
  return {&contestant,
          Options(contestant.name, contestant.options, parsed.options)};
}

}  // namespace suite
