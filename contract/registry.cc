#include "contract/registry.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>
#include <utility>

#include "support/check.h"
#include "support/nearest.h"

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

struct Choice {
  std::string option, value;
};

// What an option may be in a family, of a choice or by a member's name; of a
// choice that it was the name of, by today's.
std::vector<Choice> choices_of(const std::string& name,
                               const std::string& option) {
  std::vector<Choice> choices;
  for (const Member* member : family(name)) {
    for (const OptionSpec& spec : member->contestant.options) {
      if (spec.name != option && spec.old_name != option) continue;
      if (spec.kind != OptionKind::choice) continue;
      for (const std::string& value : spec.allowed) {
        choices.push_back({spec.name, value});
      }
    }
    const auto own = member->name.options.find(option);
    if (own != member->name.options.end()) {
      choices.push_back({option, own->second});
    }
  }
  return choices;
}

// Does an option tell members of the family apart?
bool tells_apart(const std::string& name, const std::string& option) {
  const auto members = family(name);
  return std::any_of(members.begin(), members.end(), [&](const Member* each) {
    return each->name.options.count(option) > 0;
  });
}

// The member with most of the options that are wanted; null if there is none.
const Member* nearest_member(const ContestantName& wanted) {
  const Member* best = nullptr;
  for (const Member* each : family(wanted.name)) {
    if (!has_all(wanted.options, each->name.options)) continue;
    if (best == nullptr ||
        each->name.options.size() > best->name.options.size()) {
      best = each;
    }
  }
  return best;
}

// An option under its old name, and the name that it has now.
struct Renamed {
  std::string contestant, from, to;
};

// Gives options their names of today.
std::vector<Renamed> rename_options(ContestantName& wanted) {
  std::vector<Renamed> renamed;
  const Member* member = nearest_member(wanted);
  if (member == nullptr) return renamed;
  for (const OptionSpec& spec : member->contestant.options) {
    const auto old = wanted.options.find(spec.old_name);
    if (old == wanted.options.end()) continue;
    const auto& own = spec.allowed;
    if (tells_apart(wanted.name, spec.old_name) &&
        std::find(own.begin(), own.end(), old->second) == own.end()) {
      continue;
    }
    require(wanted.options.emplace(spec.name, old->second).second,
            "{}: {} is the old name of {}: give {} alone", wanted.name,
            spec.old_name, spec.name, spec.name);
    wanted.options.erase(old);
    renamed.push_back({wanted.name, spec.old_name, spec.name});
  }
  return renamed;
}

void notice(const std::vector<Renamed>& renamed) {
  static std::set<std::pair<std::string, std::string>> told;
  for (const Renamed& each : renamed) {
    if (!told.emplace(each.contestant, each.from).second) continue;
    fmt::print(stderr, "notice: {}: the option {} is called {} now\n",
               each.contestant, each.from, each.to);
  }
}

const Member& find_member(const ContestantName& wanted) {
  const Member* best = nearest_member(wanted);
  // Where a value could be that of another member, all of them are allowed.
  for (const auto& [option, value] : wanted.options) {
    if (!tells_apart(wanted.name, option)) continue;
    std::vector<std::string> values;
    for (const Choice& choice : choices_of(wanted.name, option)) {
      if (choice.option == option) values.push_back(choice.value);
    }
    require(std::find(values.begin(), values.end(), value) != values.end(),
            "{}: {} = {}: allowed are {}", wanted.name, option, value,
            fmt::join(values, ", "));
  }
  if (best == nullptr) {
    std::vector<std::string> known;
    for (const auto& [name, member] : by_name()) known.push_back(name);
    throw Error(fmt::format("unknown contestant {}; known are {}{}",
                            wanted.name, fmt::join(known, ", "),
                            did_you_mean(wanted.name, known)));
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

std::vector<std::string> expanded(ContestantName wanted) {
  const auto settings = wanted.options.find("settings");
  if (settings != wanted.options.end()) {
    require(settings->second == "*",
            "contestant \"{}\": settings = {}: allowed is *", wanted.text(),
            settings->second);
    wanted.options.erase(settings);
    return with_settings(wanted);
  }
  const auto star =
      std::find_if(wanted.options.begin(), wanted.options.end(),
                   [](const auto& each) { return each.second == "*"; });
  if (star == wanted.options.end()) {
    return {find_contestant(wanted.text()).name()};
  }
  const std::string option = star->first;
  const auto choices = choices_of(wanted.name, option);
  require(!choices.empty(),
          "contestant \"{}\": {} has no values to choose from", wanted.text(),
          option);
  wanted.options.erase(star);
  std::vector<std::string> names;
  for (const Choice& choice : choices) {
    ContestantName one = wanted;
    require(one.options.emplace(choice.option, choice.value).second,
            "{}: {} = * stands for {} too: give one of them", wanted.name,
            option, choice.option);
    for (std::string& name : expanded(one)) names.push_back(std::move(name));
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
      for (const OptionSpec& other : contestant.options) {
        require(spec.old_name != other.name,
                "contestant {}: its option {} has the old name of {}",
                contestant.name, other.name, spec.name);
      }
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
  const std::vector<Renamed> renamed = rename_options(wanted);
  const Member& member = find_member(wanted);
  for (const auto& [option, value] : member.name.options) {
    wanted.options.erase(option);
  }
  const Contestant& contestant = member.contestant;
  Entry entry{&contestant,
              Options(contestant.name, contestant.options, wanted.options)};
  notice(renamed);
  return entry;
}

std::vector<std::string> expand_contestants(std::string_view text) {
  ContestantName wanted = parse_contestant_name(text);
  const std::vector<Renamed> renamed = rename_options(wanted);
  std::vector<std::string> names = expanded(std::move(wanted));
  notice(renamed);
  return names;
}

}  // namespace suite
