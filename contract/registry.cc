#include "contract/registry.h"

#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>
#include <map>

#include "support/check.h"

namespace suite {
namespace {

struct Member {
  ContestantName name;  // taken apart
  Contestant contestant;
};

// Inside a function: made before the first registration, wherever that is.
std::map<std::string, Member>& by_name() {
  static std::map<std::string, Member> map;
  return map;
}

std::vector<const Member*> family(const std::string& name) {
  std::vector<const Member*> members;
  for (const auto& [key, member] : by_name()) {
    if (member.name.name == name) members.push_back(&member);
  }
  return members;
}

bool has_all(const OptionValues& given, const OptionValues& wanted) {
  return std::all_of(wanted.begin(), wanted.end(), [&](const auto& each) {
    const auto found = given.find(each.first);
    return found != given.end() && found->second == each.second;
  });
}

// The values that an option has in a family, of a choice or by a member's name.
std::vector<std::string> values_of(const std::string& name,
                                   const std::string& option) {
  std::vector<std::string> values;
  for (const Member* member : family(name)) {
    for (const OptionSpec& spec : member->contestant.options) {
      if (spec.name != option || spec.kind != OptionKind::choice) continue;
      values.insert(values.end(), spec.allowed.begin(), spec.allowed.end());
    }
    const auto own = member->name.options.find(option);
    if (own != member->name.options.end()) values.push_back(own->second);
  }
  return values;
}

// Does an option tell members of the family apart?
bool tells_apart(const std::string& name, const std::string& option) {
  const auto members = family(name);
  return std::any_of(members.begin(), members.end(), [&](const Member* each) {
    return each->name.options.count(option) > 0;
  });
}

const Member& find_member(const ContestantName& wanted) {
  const Member* best = nullptr;
  for (const Member* each : family(wanted.name)) {
    if (!has_all(wanted.options, each->name.options)) continue;
    if (best == nullptr ||
        each->name.options.size() > best->name.options.size()) {
      best = each;
    }
  }
  // Where a value could be that of another member, all of them are allowed.
  for (const auto& [option, value] : wanted.options) {
    if (!tells_apart(wanted.name, option)) continue;
    const auto values = values_of(wanted.name, option);
    require(std::find(values.begin(), values.end(), value) != values.end(),
            "{}: {} = {}: allowed are {}", wanted.name, option, value,
            fmt::join(values, ", "));
  }
  if (best == nullptr) {
    std::vector<std::string> known;
    for (const auto& [name, member] : by_name()) known.push_back(name);
    throw Error(fmt::format("unknown contestant {}; known are {}", wanted.name,
                            fmt::join(known, ", ")));
  }
  return *best;
}

std::vector<std::string> with_settings(const ContestantName& wanted) {
  std::vector<std::string> names;
  for (const std::string& name : expand_contestants(wanted.text())) {
    const Contestant& contestant = *find_contestant(name).contestant;
    for (const OptionValues& setting : contestant.settings) {
      ContestantName one = parse_contestant_name(name);
      for (const auto& [option, value] : setting) one.options[option] = value;
      names.push_back(find_contestant(one.text()).name());
    }
  }
  return names;
}

}  // namespace

Registration::Registration(Contestant contestant) {
  try {
    const ContestantName name = parse_contestant_name(contestant.name);
    for (const OptionSpec& spec : contestant.options) {
      require(name.options.count(spec.name) == 0,
              "contestant {}: its name fixes its option {}", contestant.name,
              spec.name);
    }
    contestant.name = name.text();
    const std::string key = contestant.name;
    require(by_name().emplace(key, Member{name, std::move(contestant)}).second,
            "contestant {}: registered twice", key);
  } catch (const Error& error) {
    fmt::print(stderr, "{}\n", error.what());
    std::abort();
  }
}

std::vector<const Contestant*> contestants() {
  std::vector<const Contestant*> all;
  for (const auto& [name, member] : by_name()) {
    all.push_back(&member.contestant);
  }
  return all;
}

Entry find_contestant(std::string_view text) {
  ContestantName wanted = parse_contestant_name(text);
  const Member& member = find_member(wanted);
  for (const auto& [option, value] : member.name.options) {
    wanted.options.erase(option);
  }
  const Contestant& contestant = member.contestant;
  return {&contestant,
          Options(contestant.name, contestant.options, wanted.options)};
}

std::vector<std::string> expand_contestants(std::string_view text) {
  ContestantName wanted = parse_contestant_name(text);
  const auto settings = wanted.options.find("settings");
  if (settings != wanted.options.end()) {
    require(settings->second == "*",
            "contestant \"{}\": settings = {}: allowed is *", text,
            settings->second);
    wanted.options.erase(settings);
    return with_settings(wanted);
  }
  const auto star =
      std::find_if(wanted.options.begin(), wanted.options.end(),
                   [](const auto& each) { return each.second == "*"; });
  if (star == wanted.options.end()) return {find_contestant(text).name()};
  const auto values = values_of(wanted.name, star->first);
  require(!values.empty(), "contestant \"{}\": {} has no values to choose from",
          text, star->first);
  std::vector<std::string> names;
  for (const std::string& value : values) {
    ContestantName one = wanted;
    one.options[star->first] = value;
    for (std::string& name : expand_contestants(one.text())) {
      names.push_back(std::move(name));
    }
  }
  return names;
}

}  // namespace suite
