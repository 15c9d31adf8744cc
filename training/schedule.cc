#include "training/schedule.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <numbers>

#include "support/check.h"
#include "training/named.h"

namespace suite {
namespace {

using Form = Schedule::Form;

const std::vector<NamedKind>& kinds() {
  static const OptionSpec kRate = real("rate", 1e-3, "What is the highest?");
  static const OptionSpec kSteps =
      number("steps", 0, "At which step has the cosine fallen to 0?");
  static const std::vector<NamedKind> kKinds = {
      {"constant", {kRate}},
      {"step",
       {kRate,
        {"at", "", "At which steps does it fall to a tenth?",
         OptionKind::text}}},
      {"warm_up_cosine",
       {kRate, number("warm_up", 0, "How many steps does it rise?"), kSteps}},
      {"flat_cosine",
       {kRate, number("flat", 0, "How many steps is it flat?"), kSteps}},
  };
  return kKinds;
}

// "84:102:114"
std::vector<std::uint64_t> drops_of(const std::string& text) {
  std::vector<std::uint64_t> drops;
  const char *at = text.data(), *end = at + text.size();
  bool whole = at < end;
  while (whole) {
    std::uint64_t drop = 0;
    const auto [stop, error] = std::from_chars(at, end, drop);
    whole = error == std::errc() && (drops.empty() || drop > drops.back());
    drops.push_back(drop);
    if (stop == end) break;
    whole = whole && *stop == ':';
    at = stop + 1;
  }
  require(whole, "step: at = {}: allowed are steps in rising order, as 84:102",
          text.empty() ? "nothing" : text);
  return drops;
}

}  // namespace

double Schedule::at(std::uint64_t step) const {
  if (form == Form::constant) return rate;
  if (form == Form::step) {
    const auto passed = std::upper_bound(drops.begin(), drops.end(), step);
    return rate / std::pow(10.0, passed - drops.begin());
  }
  if (step < first) {
    return form == Form::flat_cosine ? rate
                                     : rate * (static_cast<double>(step) /
                                               static_cast<double>(first));
  }
  if (step >= steps) return 0;
  const double done =
      static_cast<double>(step - first) / static_cast<double>(steps - first);
  return rate / 2 * (1 + std::cos(std::numbers::pi * done));
}

std::string Schedule::text() const {
  const std::string& name = kinds()[static_cast<std::size_t>(form)].name;
  std::string more;
  if (form == Form::step) more = fmt::format(", at={}", fmt::join(drops, ":"));
  if (form == Form::warm_up_cosine || form == Form::flat_cosine) {
    more = fmt::format(", {}={}, steps={}",
                       form == Form::flat_cosine ? "flat" : "warm_up", first,
                       steps);
  }
  return fmt::format("{}(rate={}{})", name, rate, more);
}

Schedule parse_schedule(std::string_view text) {
  const Named named = parse_named("schedule", text, kinds());
  const auto found = std::find_if(
      kinds().begin(), kinds().end(),
      [&](const NamedKind& kind) { return kind.name == named.name; });
  Schedule schedule{
      .form = static_cast<Form>(found - kinds().begin()),
      .rate = real_value(named, "rate", 0,
                         std::numeric_limits<double>::infinity())};
  if (schedule.form == Form::step) {
    schedule.drops = drops_of(named.options.text("at"));
  }
  if (schedule.form == Form::warm_up_cosine ||
      schedule.form == Form::flat_cosine) {
    const std::string first =
        schedule.form == Form::flat_cosine ? "flat" : "warm_up";
    schedule.first = named.options.number(first);
    schedule.steps = named.options.number("steps");
    require(schedule.first < schedule.steps,
            "{}: steps = {}: must be above {} = {}", named.name, schedule.steps,
            first, schedule.first);
  }
  return schedule;
}

}  // namespace suite
