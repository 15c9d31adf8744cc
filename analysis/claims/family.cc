#include "analysis/claims/family.h"

#include "contract/registry.h"

namespace suite {
namespace {

// Of MACs and time, or of memory.
std::optional<double> stated_exponent(const Entry& entry, const Claim& claim) {
  const Contestant& contestant = *entry.contestant;
  for (const Growth& growth : contestant.growth) {
    const Options options(contestant.name, contestant.options, growth.options);
    if (growth.dimension != claim.variable ||
        options.suffix() != entry.options.suffix()) {
      continue;
    }
    return claim.quantity == "bytes_peak" ? growth.bytes_held : growth.macs;
  }
  return std::nullopt;
}

}  // namespace

bool names_family(const std::string& contestant) {
  return contestant.find('*') != std::string::npos;
}

std::vector<Claim> expand_family(const Claim& claim) {
  if (!names_family(claim.subject.contestant)) return {claim};
  std::vector<Claim> claims;
  for (const std::string& name : expand_contestants(claim.subject.contestant)) {
    const Entry entry = find_contestant(name);
    Claim one = claim;
    one.of_family = true;
    if (!one.value) one.value = stated_exponent(entry, claim);
    if (!one.value) continue;
    one.id += ":" + name;
    if (!one.anchor.empty()) one.anchor += ":" + name;
    one.subject.contestant = name;
    one.source = entry.contestant->facts.paper;
    one.statement = fmt::format("{} ({}): {}", name,
                                entry.contestant->facts.cost, claim.statement);
    claims.push_back(std::move(one));
  }
  return claims;
}

}  // namespace suite
