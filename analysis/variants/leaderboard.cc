#include "analysis/variants/leaderboard.h"

#include <nlohmann/json.hpp>

#include "analysis/statistics/rounded.h"
#include "analysis/tables/quantity.h"
#include "contract/options.h"

namespace suite {
namespace {

using nlohmann::json;

constexpr char kNone[] = "–";

// "linear" of "transformer(attention=linear)"; softmax attention by its form.
std::string label(const std::string& contestant) {
  const OptionValues options = parse_contestant_name(contestant).options;
  const auto variant = options.find("attention");
  if (variant != options.end()) return variant->second;
  const auto form = options.find("form");
  return form == options.end() ? "softmax" : "softmax, " + form->second;
}

std::string mark(Answer answer) {
  return answer == Answer::supported ? "✓" : answer == Answer::refuted ? "✗" : "?";
}

std::string growth_text(const LeaderboardEntry& entry) {
  if (!entry.growth) return kNone;
  const auto& interval = entry.growth->interval;
  const std::string exponent =
      interval ? fmt::format("N^{:.2f} [{:.2f}, {:.2f}] ", interval->estimate,
                             interval->low, interval->high)
               : "";
  return exponent + mark(entry.growth->answer);
}

std::string times(const std::optional<Interval>& ratio) {
  return ratio ? digits_of(ratio->estimate, 2) + "×" : kNone;
}

std::string error_text(const LeaderboardEntry& entry,
                       const std::string& pattern) {
  const auto found = entry.errors.find(pattern);
  return found == entry.errors.end() ? kNone : digits_of(found->second, 1);
}

json json_of(const Interval& interval) {
  return {{"estimate", rounded(interval.estimate)},
          {"low", rounded(interval.low)},
          {"high", rounded(interval.high)}};
}

json json_of(const std::optional<Interval>& interval) {
  return interval ? json_of(*interval) : json();
}

json json_of(const LeaderboardEntry& s) {
  const Facts& facts = s.about->facts;
  return {{"contestant", s.contestant},
          {"label", label(s.contestant)},
          {"paper", facts.paper},
          {"idea", facts.idea},
          {"cost", facts.cost},
          {"exact", facts.exact},
          {"limit", s.about->limit ? json(s.about->limit->statement) : json()},
          {"exponent", s.growth ? json_of(s.growth->interval) : json()},
          {"verdict", s.growth ? json(name_of(s.growth->answer)) : json()},
          {"stated", s.growth ? json(*s.growth->claim->value) : json()},
          {"pays", s.pays},
          {"pays_from", json_of(s.pays_from)},
          {"N", s.N},
          {"speed", json_of(s.speed)},
          {"memory", json_of(s.memory)},
          {"errors", s.errors}};
}

}  // namespace

Table leaderboard(const Run& run,
                  const std::vector<LeaderboardEntry>& entries) {
  Table table;
  const std::uint64_t N = entries.empty() ? 0 : entries.front().N;
  table.caption = fmt::format(
      "{}: attention variants beside softmax attention, whole forward", run.run_id);
  table.columns = {{"attention", Side::left},
                   {"cost, as its paper states", Side::left},
                   {"its attention's time", Side::left},
                   {"faster from N =", Side::left},
                   {fmt::format("speed at N = {}", N)},
                   {"memory saved"},
                   {"error: random"},
                   {"uniform"},
                   {"peaked"},
                   {"copy"}};
  for (const LeaderboardEntry& s : entries) {
    table.rows.push_back({label(s.contestant), s.about->facts.cost,
                          growth_text(s), s.pays.empty() ? kNone : s.pays,
                          times(s.N == N ? s.speed : std::nullopt),
                          times(s.N == N ? s.memory : std::nullopt),
                          error_text(s, "random"), error_text(s, "uniform"),
                          error_text(s, "peaked"), error_text(s, "copy")});
  }
  return table;
}

Table status(const Run& run, const std::vector<LeaderboardEntry>& entries) {
  const std::uint64_t N = entries.empty() ? 0 : entries.front().N;
  Table table;
  table.caption = run.machine;
  table.columns = {{"attention", Side::left},
                   {"paper", Side::left},
                   {"cost, as it states", Side::left},
                   {"its attention's time", Side::left},
                   {"faster from N =", Side::left},
                   {fmt::format("speed at N = {}", N)},
                   {"memory saved"},
                   {"softmax's where", Side::left}};
  for (const LeaderboardEntry& s : entries) {
    const auto& limit = s.about->limit;
    table.rows.push_back({label(s.contestant), s.about->facts.paper,
                          s.about->facts.cost, growth_text(s),
                          s.pays.empty() ? kNone : s.pays,
                          times(s.N == N ? s.speed : std::nullopt),
                          times(s.N == N ? s.memory : std::nullopt),
                          limit ? limit->statement : kNone});
  }
  return table;
}

json json_of(const std::vector<LeaderboardEntry>& entries) {
  json list = json::array();
  for (const LeaderboardEntry& entry : entries) list.push_back(json_of(entry));
  return {{"schema", 1}, {"baseline", kSoftmax}, {"variants", list}};
}

}  // namespace suite
