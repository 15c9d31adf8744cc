#include "analysis/claims/claim.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "analysis/claims/family.h"
#include "contract/registry.h"
#include "primitives/cost.h"
#include "support/files.h"
#include "support/nearest.h"
#include "support/toml_reader.h"

namespace suite {
namespace {

using Names = std::vector<std::string>;

constexpr const char* kStated = "stated";

constexpr std::array<std::string_view, 8> kKinds = {
    "exponent", "upper_bound", "independent", "ratio",
    "at_least", "crossover", "sum_of_terms", "fact"};

// What a claim on a sum of terms was called.
constexpr const char* kOldSumOfTerms = "growth";

const Names kQuantities = {"seconds",    "macs",         "flops",
                           "logits",     "bytes_moved",  "bytes_peak",
                           "parameters", "macs_per_byte"};

Names dimensions() { return {std::begin(kDimensions), std::end(kDimensions)}; }

Names dimensions_and_ranks() {
  Names names = dimensions();
  names.push_back(kRanks);
  return names;
}

Names part_names() {
  Names names(kPartNames.begin(), kPartNames.end());
  names.insert(names.end(), {"attention", "total"});
  return names;
}

// What each kind needs beside what all need.
Names needs(ClaimKind kind) {
  switch (kind) {
    case ClaimKind::exponent:
    case ClaimKind::upper_bound:
      return {"quantity", "variable", "value", "tolerance"};
    case ClaimKind::independent:
      return {"quantity", "variable", "tolerance"};
    case ClaimKind::ratio:
      return {"quantity", "versus", "value", "tolerance"};
    case ClaimKind::at_least:
      return {"quantity", "versus", "value"};
    case ClaimKind::crossover:
      return {"quantity", "variable", "versus", "value", "tolerance"};
    case ClaimKind::sum_of_terms:
      return {"quantity", "terms", "tolerance"};
    case ClaimKind::fact:
      return {"fact"};
  }
  return {};
}

class ClaimReader : public TomlReader {
 public:
  ClaimReader(const std::string& path, const Names& experiments,
              const Names& asked)
      : TomlReader(path), experiments_(experiments), asked_(asked) {}

  bool is_asked(const Claim& claim) const {
    return asked_.empty() || claim.experiments.empty() ||
           std::any_of(claim.experiments.begin(), claim.experiments.end(),
                       [this](const std::string& each) {
                         return std::find(asked_.begin(), asked_.end(),
                                          each) != asked_.end();
                       });
  }

  Claim claim(const toml::node& node) const {
    const toml::table& table = this->table("claim", node);
    known_keys(table, "claim.",
               {"id",
                "statement",
                "source",
                "experiment",
                "kind",
                "contestant",
                "phase",
                "part",
                "where",
                "minus",
                "minus_contestant",
                "versus",
                "quantity",
                "variable",
                "from",
                "value",
                "tolerance",
                "terms",
                "fact",
                "anchor",
                "expected",
                "note"});
    Claim claim;
    for (const char* key : {"id", "statement", "source", "kind", "contestant"}) {
      need(table.contains(key), table.source(), "claim.{} is missing", key);
    }
    claim.id = text("id", *table.get("id"));
    claim.statement = text("statement", *table.get("statement"));
    claim.source = text("source", *table.get("source"));
    claim.kind = kind(*table.get("kind"));
    for (const std::string& key : needs(claim.kind)) {
      need(table.contains(key), table.source(),
           "claim {}: a claim of kind {} needs {}", claim.id,
           name_of(claim.kind), key);
    }
    if (const auto* node_ = table.get("experiment")) {
      for (const toml::node& each : list("experiment", *node_)) {
        claim.experiments.push_back(one_of("experiment", each, experiments_));
      }
    }
    const bool asked = is_asked(claim);
    claim.subject = subject(table, {}, asked);
    if (const auto* other = table.get("versus")) {
      claim.versus =
          versus(this->table("versus", *other), claim.subject, asked);
    }
    numbers(table, claim);
    words(table, claim);
    need(claim.kind == ClaimKind::fact || !claim.experiments.empty(),
         table.source(), "claim {} names no experiment", claim.id);
    need(claim.counts() || !claim.anchor.empty(), table.source(),
         "claim {} is on seconds: it needs an anchor, a claim that counts",
         claim.id);
    need(
        claim.counts() || !claim.names_ranks(), table.source(),
        "claim {} is on seconds over ranks: those of each number of them are a "
        "run of their own",
        claim.id);
    return claim;
  }

 private:
  std::size_t index_of(const std::string& key, const toml::node& node,
                       const Names& allowed) const {
    const std::string value = text(key, node);
    const auto found = std::find(allowed.begin(), allowed.end(), value);
    need(found != allowed.end(), node.source(), "unknown {} {}; known are {}{}",
         key, value, fmt::join(allowed, ", "), did_you_mean(value, allowed));
    return static_cast<std::size_t>(found - allowed.begin());
  }

  ClaimKind kind(const toml::node& node) const {
    if (text("kind", node) == kOldSumOfTerms) {
      fmt::print(stderr, "notice: {}: kind {} is called {} now\n",
                 place(node.source()), kOldSumOfTerms,
                 name_of(ClaimKind::sum_of_terms));
      return ClaimKind::sum_of_terms;
    }
    return static_cast<ClaimKind>(
        index_of("kind", node, {kKinds.begin(), kKinds.end()}));
  }

  std::string one_of(const std::string& key, const toml::node& node,
                     const Names& allowed) const {
    return allowed[index_of(key, node, allowed)];
  }

  // The name as it stands where the claim isn't asked for.
  std::string contestant(const toml::node& node, bool asked) const {
    const std::string wanted = text("contestant", node);
    if (!asked) return wanted;
    try {
      const Names names = expand_contestants(wanted);
      return names_family(wanted) ? wanted : names.front();
    } catch (const Error& error) {
      need(false, node.source(), "{}", error.what());
    }
    return "";
  }

  std::map<std::string, std::uint64_t> values(const std::string& key,
                                              const toml::node& node) const {
    const toml::table& table = this->table(key, node);
    known_keys(table, key + ".", dimensions_and_ranks());
    std::map<std::string, std::uint64_t> values;
    for (const auto& [dimension, value] : table) {
      values[std::string(dimension.str())] = static_cast<std::uint64_t>(
          integer(std::string(dimension.str()), value, dimension == kRanks));
    }
    return values;
  }

  // `subject` as far as it goes, with what the table says.
  Subject subject(const toml::table& table, Subject subject,
                  bool asked) const {
    if (const auto* node = table.get("contestant")) {
      subject.contestant = contestant(*node, asked);
    }
    if (const auto* node = table.get("phase")) {
      subject.phase =
          one_of("phase", *node, {kPhaseNames.begin(), kPhaseNames.end()});
    }
    if (const auto* node = table.get("part")) {
      subject.part = one_of("part", *node, part_names());
    }
    if (const auto* node = table.get("where")) {
      subject.where = values("where", *node);
    }
    if (const auto* node = table.get("minus")) {
      subject.minus = values("minus", *node);
    }
    if (const auto* node = table.get("minus_contestant")) {
      subject.minus_contestant = contestant(*node, asked);
    }
    return subject;
  }

  // The other side is the same subject but for what it says.
  Subject versus(const toml::table& table, Subject same, bool asked) const {
    known_keys(
        table, "versus.",
        {"contestant", "phase", "part", "where", "minus", "minus_contestant"});
    need(!table.empty(), table.source(), "versus says nothing");
    same.minus.clear();
    same.minus_contestant.clear();
    return subject(table, same, asked);
  }

  void numbers(const toml::table& table, Claim& claim) const {
    const auto* value = table.get("value");
    if (value != nullptr && value->is_string()) {
      need(text("value", *value) == kStated &&
               names_family(claim.subject.contestant),
           value->source(),
           "value = {}: allowed are a number or, for contestants named with a "
           "star, {}",
           text("value", *value), kStated);
    } else if (value != nullptr) {
      claim.value = number("value", *value, 0);
    }
    if (const auto* node = table.get("from")) {
      claim.from = number("from", *node, 0);
    }
    if (const auto* node = table.get("tolerance")) {
      claim.tolerance = number("tolerance", *node, 0);
    }
  }

  void words(const toml::table& table, Claim& claim) const {
    if (const auto* node = table.get("quantity")) {
      claim.quantity = one_of("quantity", *node, kQuantities);
    } else {
      claim.quantity = "fact";
    }
    if (const auto* node = table.get("variable")) {
      claim.variable = one_of("variable", *node, dimensions_and_ranks());
    }
    if (const auto* node = table.get("terms")) {
      for (const toml::node& each : list("terms", *node)) {
        claim.terms.push_back(term(each));
      }
    }
    if (const auto* node = table.get("fact")) {
      claim.fact = one_of("fact", *node,
                          {"output_rows_are_latents", "permutation_invariant",
                           "permutation_equivariant", "exact"});
    }
    if (const auto* node = table.get("anchor")) {
      claim.anchor = text("anchor", *node);
    }
    if (const auto* node = table.get("note")) claim.note = text("note", *node);
    claim.expected = "SUPPORTED";
    if (const auto* node = table.get("expected")) {
      claim.expected = one_of("expected", *node, {"SUPPORTED", "REFUTED"});
    }
  }

  // Dimensions with stars between them, or 1.
  std::string term(const toml::node& node) const {
    const std::string term = text("terms", node);
    std::size_t start = 0;
    while (term != "1" && start <= term.size()) {
      const std::size_t end = std::min(term.find('*', start), term.size());
      const std::string factor = term.substr(start, end - start);
      const Names known = dimensions();
      need(std::find(known.begin(), known.end(), factor) != known.end(),
           node.source(), "term {}: {} is no letter", term, factor);
      start = end + 1;
    }
    return term;
  }

  const Names& experiments_;
  const Names& asked_;
};

// `sources` are the claims' own.
void check_together(const ClaimReader& reader, const std::vector<Claim>& claims,
                    const std::vector<toml::source_region>& sources) {
  for (std::size_t i = 0; i < claims.size(); ++i) {
    const auto& where = sources[i];
    const auto with_id = [&](const std::string& id) {
      return std::find_if(claims.begin(), claims.end(),
                          [&](const Claim& c) { return c.id == id; });
    };
    reader.need(with_id(claims[i].id) == claims.begin() + static_cast<long>(i),
                where, "a second claim {}", claims[i].id);
    if (claims[i].anchor.empty()) continue;
    const auto anchor = with_id(claims[i].anchor);
    reader.need(anchor != claims.end() && anchor->counts(), where,
                "claim {}: its anchor {} is no claim that counts", claims[i].id,
                claims[i].anchor);
  }
}

}  // namespace

bool Claim::names_ranks() const {
  const auto fixes = [](const Subject& side) {
    return side.where.count(kRanks) > 0 || side.minus.count(kRanks) > 0;
  };
  return variable == kRanks || fixes(subject) || (versus && fixes(*versus));
}

std::string_view name_of(ClaimKind kind) {
  return kKinds[static_cast<std::size_t>(kind)];
}

std::vector<Claim> read_claims(const std::string& path,
                               const std::vector<std::string>& experiments,
                               const std::vector<std::string>& asked) {
  const toml::table file = parse_toml(path, read_file(path));
  const ClaimReader reader(path, experiments, asked);
  reader.known_keys(file, "", {"claim"});
  reader.need(file.contains("claim"), file.source(), "there is no claim");
  const toml::array& nodes = reader.list("claim", *file.get("claim"));
  std::vector<Claim> claims;
  std::vector<toml::source_region> sources;
  for (const toml::node& node : nodes) {
    const Claim claim = reader.claim(node);
    const bool asked_for = reader.is_asked(claim);
    for (Claim& one : asked_for ? expand_family(claim) : std::vector{claim}) {
      claims.push_back(std::move(one));
      sources.push_back(node.source());
    }
  }
  check_together(reader, claims, sources);
  std::erase_if(claims,
                [&](const Claim& claim) { return !reader.is_asked(claim); });
  return claims;
}

}  // namespace suite
