#include "analysis/learning/learning_claim.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <set>

#include "support/files.h"
#include "support/toml_reader.h"

namespace suite {
namespace {

constexpr std::array<std::string_view, 4> kKinds = {"reaches", "differs",
                                                    "same", "grows"};
constexpr std::array<std::string_view, 5> kQuantities = {
    "accuracy", "loss", "gap", "speed", "information"};

class Reader : public TomlReader {
 public:
  using TomlReader::TomlReader;

  // Which of the names a key has.
  template <std::size_t n>
  std::size_t choice(const toml::table& claim, const char* key,
                     const std::array<std::string_view, n>& names) const {
    const toml::node& node = *claim.get(key);
    const std::string name = text(key, node);
    const auto found = std::find(names.begin(), names.end(), name);
    need(found != names.end(), node.source(), "{} = {}: allowed are {}", key,
         name, fmt::join(names, ", "));
    return static_cast<std::size_t>(found - names.begin());
  }

  LearningClaim claim(const toml::table& table) const {
    known_keys(table, "claim.",
               {"id", "statement", "source", "experiment", "kind", "quantity",
                "learner", "than", "least", "tolerance", "accuracy", "seeds",
                "within_seconds", "expected", "note"});
    for (const char* needed :
         {"id", "statement", "source", "experiment", "kind", "learner"}) {
      need(table.contains(needed), table.source(), "claim.{} is missing",
           needed);
    }
    LearningClaim claim;
    for (const auto& [key, to] :
         {std::pair("id", &claim.id), {"statement", &claim.statement},
          {"source", &claim.source}, {"experiment", &claim.experiment},
          {"learner", &claim.learner}, {"than", &claim.than},
          {"note", &claim.note}}) {
      if (const auto* node = table.get(key)) *to = text(key, *node);
    }
    constexpr double kAny = std::numeric_limits<double>::lowest();
    for (const auto& [key, least, to] :
         {std::tuple("least", kAny, &claim.least),
          {"tolerance", 0.0, &claim.tolerance},
          {"accuracy", 0.0, &claim.accuracy},
          {"within_seconds", 0.0, &claim.within_seconds}}) {
      if (const auto* node = table.get(key)) *to = number(key, *node, least);
    }
    if (const auto* node = table.get("seeds")) {
      claim.seeds = static_cast<std::size_t>(integer("seeds", *node, 1));
    }
    claim.kind = static_cast<LearningKind>(choice(table, "kind", kKinds));
    if (table.contains("quantity")) {
      claim.quantity = static_cast<LearningQuantity>(
          choice(table, "quantity", kQuantities));
    }
    if (table.contains("expected")) {
      claim.expected = kAnswerNames[choice(table, "expected", kAnswerNames)];
    }
    check(table, claim);
    return claim;
  }

 private:
  void check(const toml::table& table, const LearningClaim& claim) const {
    const bool reaches = claim.kind == LearningKind::reaches;
    const bool grows = claim.kind == LearningKind::grows;
    need(reaches || grows || !claim.than.empty(), table.source(),
         "{}: than, the other learner, is missing", claim.id);
    need((!reaches && !grows) || claim.than.empty(), table.source(),
         "{}: than is for two learners", claim.id);
    need(!grows || claim.quantity == LearningQuantity::information,
         table.source(), "{}: what grows is information", claim.id);
    need(table.contains("tolerance") == (claim.kind == LearningKind::same),
         table.source(), "{}: tolerance is what same needs, and no other kind",
         claim.id);
    need(table.contains("accuracy") ==
             (claim.quantity == LearningQuantity::speed),
         table.source(),
         "{}: accuracy is what speed needs, and no other quantity", claim.id);
    need(reaches || claim.within_seconds == 0, table.source(),
         "{}: within_seconds is for reaches", claim.id);
    need(claim.quantity != LearningQuantity::speed || claim.least > 0 ||
             claim.kind == LearningKind::same,
         table.source(), "{}: least = {}: a speed is compared with one above 0",
         claim.id, claim.least);
    need(reaches || claim.seeds >= 2, table.source(),
         "{}: seeds = {}: what differs is judged over 2 at least", claim.id,
         claim.seeds);
  }
};

}  // namespace

std::vector<LearningClaim> read_learning_claims(const std::string& path) {
  const toml::table file = parse_toml(path, read_file(path));
  const Reader reader(path);
  reader.known_keys(file, "", {"claim"});
  std::vector<LearningClaim> claims;
  std::set<std::string> known;
  const toml::node* list = file.get("claim");
  if (list == nullptr) return claims;
  for (const toml::node& node : reader.list("claim", *list)) {
    claims.push_back(reader.claim(reader.table("claim", node)));
    reader.need(known.insert(claims.back().id).second, node.source(),
                "claim {} stands there twice", claims.back().id);
  }
  return claims;
}

}  // namespace suite
