#include "analysis/verify/verdict_json.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "analysis/statistics/rounded.h"

namespace suite {
namespace {

using nlohmann::json;

// JSON has no infinity and no NaN.
json number(double value) {
  return std::isfinite(value) ? json(rounded(value)) : json();
}

json text_or_null(const std::string& text) {
  return text.empty() ? json() : json(text);
}

json json_of(const VerdictPoint& point) {
  return {{"x", number(point.x)},
          {"y", number(point.y.estimate)},
          {"low", number(point.y.low)},
          {"high", number(point.y.high)},
          {"fit", point.fit ? number(*point.fit) : json()}};
}

json json_of(const Verdict& verdict) {
  const Claim& claim = *verdict.claim;
  json points = json::array();
  for (const VerdictPoint& point : verdict.points) {
    points.push_back(json_of(point));
  }
  const auto& interval = verdict.interval;
  json all = {{"id", claim.id},
              {"statement", claim.statement},
              {"source", claim.source},
              {"note", text_or_null(claim.note)},
              {"experiment", verdict.experiment},
              {"contestant", claim.subject.label()},
              {"versus", claim.versus ? json(claim.versus->label()) : json()},
              {"part", claim.subject.part},
              {"quantity", claim.quantity},
              {"kind", name_of(claim.kind)},
              {"variable", text_or_null(claim.variable)},
              {"value", claim.value ? json(*claim.value) : json()},
              {"tolerance", claim.tolerance},
              {"anchor", text_or_null(claim.anchor)},
              {"expected", claim.expected},
              {"verdict", name_of(verdict.answer)},
              {"estimate", interval ? number(interval->estimate) : json()},
              {"low", interval ? number(interval->low) : json()},
              {"high", interval ? number(interval->high) : json()},
              {"reason", verdict.reason},
              {"points", points}};
  if (!verdict.undecided.empty()) all["undecided"] = verdict.undecided;
  if (verdict.threads > 0) all["threads"] = verdict.threads;
  if (verdict.ranks > 0) all["ranks"] = verdict.ranks;
  return all;
}

}  // namespace

json json_of(const std::vector<Verdict>& verdicts) {
  json list = json::array();
  for (const Verdict& verdict : verdicts) list.push_back(json_of(verdict));
  return {{"schema", 1}, {"confidence", 0.95}, {"verdicts", list}};
}

}  // namespace suite
