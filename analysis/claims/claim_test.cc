#include "analysis/claims/claim.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "contract/registry.h"
#include "support/check.h"

namespace suite {
namespace {

constexpr char kCounts[] = R"([[claim]]
id = "counts"
statement = "s"
source = "p"
experiment = ["smoke"]
kind = "exponent"
contestant = "perceiver"
quantity = "macs"
variable = "N"
value = 1
tolerance = 0.1
)";

std::string path() {
  return std::string(std::getenv("TEST_TMPDIR")) + "/claims.toml";
}

std::vector<Claim> read(const std::string& text) {
  std::ofstream(path()) << text;
  return read_claims(path(), {"smoke", "scaling_n"});
}

std::string refusal(const std::string& text) {
  try {
    read(text);
  } catch (const Error& error) {
    const std::string what = error.what();
    EXPECT_EQ(what.rfind(path() + ":", 0), 0u) << what;
    return what.substr(path().size() + 1);
  }
  return "accepted";
}

// kCounts with one line in place of another.
std::string with(const std::string& old, const std::string& line) {
  std::string text = kCounts;
  text.replace(text.find(old), old.size(), line);
  return text;
}

// What isn't judged needs no contestant; all else of it is still looked at.
TEST(Claims, OthersThanThoseAskedForNeedNotBeKnown) {
  const std::string other =
      with("contestant = \"perceiver\"", "contestant = \"unheard_of\"");
  EXPECT_NE(refusal(other), "accepted");
  std::ofstream(path()) << other;
  const std::vector<std::string> known = {"smoke", "scaling_n"};
  EXPECT_TRUE(read_claims(path(), known, {"scaling_n"}).empty());
  EXPECT_THROW(read_claims(path(), known, {"smoke"}), Error);
  EXPECT_THROW(read_claims(path(), {"scaling_n"}, {"scaling_n"}), Error);
}

// A family of three; one says nothing of how it grows.
Contestant boat(const std::string& name, std::vector<Growth> growth) {
  Contestant contestant;
  contestant.name = name;
  contestant.facts.paper = "the paper of " + name;
  contestant.options = {choice("deck", {"open", "closed"}, "Which deck?")};
  contestant.growth = std::move(growth);
  return contestant;
}
const Registration sail(boat("boat(drive=sail)",
                             {{"N", 2, 1, {{"deck", "closed"}}}, {"N", 1, 3}}));
const Registration steam(boat("boat(drive=steam)", {{"N", 2, 1}}));
const Registration drifting(boat("boat(drive=none)", {}));

TEST(Claim, AStarMakesOneOfEachThatStatesItsExponent) {
  const std::string text =
      "contestant = \"boat(drive=*)\"\nfrom = 8\nanchor = \"counts\"";
  std::string starred = with("value = 1", "value = \"stated\"");
  starred.replace(starred.find("contestant = \"perceiver\""), 24, text);
  const auto claims = read(starred);
  ASSERT_EQ(claims.size(), 2u);
  EXPECT_EQ(claims[0].id, "counts:boat(drive=sail)");
  EXPECT_EQ(claims[0].value, 1) << "with the options that it is asked for";
  EXPECT_EQ(claims[0].source, "the paper of boat(drive=sail)");
  EXPECT_EQ(claims[0].from, 8);
  EXPECT_TRUE(claims[0].of_family);
  EXPECT_EQ(claims[1].subject.contestant, "boat(drive=steam)");
  EXPECT_EQ(claims[1].anchor, "counts:boat(drive=steam)");
  EXPECT_EQ(claims[1].value, 2);
  EXPECT_EQ(refusal(with("value = 1", "value = \"stated\"")),
            "10:9: value = stated: allowed are a number or, for contestants named "
            "with a star, stated");
}

TEST(Claim, IsReadWhole) {
  const Claim claim = read(std::string(kCounts) +
                           "where = {M = 4}\nexpected = \"REFUTED\"\n")[0];
  EXPECT_EQ(claim.id, "counts");
  EXPECT_EQ(claim.experiments, std::vector<std::string>{"smoke"});
  EXPECT_EQ(claim.subject.where.at("M"), 4u);
  EXPECT_EQ(claim.subject.part, "total");
  EXPECT_EQ(claim.expected, "REFUTED");
  EXPECT_TRUE(claim.counts());
}

TEST(Claim, RefusalsSayWhere) {
  EXPECT_EQ(refusal(with("[\"smoke\"]", "[\"nothing\"]")),
            "5:15: unknown experiment nothing; known are smoke, scaling_n");
  EXPECT_NE(refusal(with("kind = \"exponent\"", "kind = \"guess\""))
                .find("6:8: unknown kind guess"),
            std::string::npos);
  EXPECT_NE(refusal(with("\"perceiver\"", "\"perciever\"")).find("7:14:"),
            std::string::npos);
  EXPECT_NE(refusal(with("\"macs\"", "\"joules\"")).find("unknown quantity"),
            std::string::npos);
  EXPECT_NE(refusal(with("\"N\"", "\"Q\"")).find("unknown variable Q"),
            std::string::npos);
  EXPECT_NE(refusal(with("value = 1\n", "")).find("needs value"),
            std::string::npos);
  EXPECT_NE(refusal(std::string(kCounts) + "part = \"wheels\"\n")
                .find("12:8: unknown part wheels"),
            std::string::npos);
  EXPECT_NE(refusal(std::string(kCounts) + "colour = 1\n").find("12:1: unknown"),
            std::string::npos);
  EXPECT_NE(refusal(std::string(kCounts) + kCounts).find("a second claim"),
            std::string::npos);
  EXPECT_NE(refusal("[[claim]\n").find("1:"), std::string::npos);
}

TEST(Claim, OnSecondsNeedsAnAnchorThatCounts) {
  const std::string seconds = with("\"macs\"", "\"seconds\"");
  EXPECT_NE(refusal(seconds).find("needs an anchor"), std::string::npos);
  EXPECT_NE(refusal(seconds + "anchor = \"nothing\"\n")
                .find("its anchor nothing is no claim that counts"),
            std::string::npos);
  EXPECT_NE(refusal(seconds + "anchor = \"counts\"\n").find("its anchor counts"),
            std::string::npos);  // itself, which takes time
}

TEST(Claim, MayNameRanks) {
  const Claim plain = read(kCounts)[0];
  EXPECT_FALSE(plain.names_ranks());
  const std::string fixed = std::string(kCounts) + "where = {ranks = 8}\n";
  EXPECT_EQ(read(fixed)[0].subject.where.at("ranks"), 8u);
  EXPECT_TRUE(read(fixed)[0].names_ranks());
  EXPECT_TRUE(read(with("\"N\"", "\"ranks\""))[0].names_ranks());
  EXPECT_TRUE(read(std::string(kCounts) + "versus = {where = {ranks = 2}}\n")[0]
                  .names_ranks());
  EXPECT_EQ(refusal(std::string(kCounts) + "where = {ranks = 0}\n"),
            "12:18: ranks = 0: allowed are 1 to 2147483647");
  std::string seconds = fixed;
  seconds.replace(seconds.find("\"macs\""), 6, "\"seconds\"");
  EXPECT_NE(
      refusal(std::string(kCounts) +
              seconds.replace(seconds.find("\"counts\""), 8, "\"timed\"") +
              "anchor = \"counts\"\n")
          .find("claim timed is on seconds over ranks"),
      std::string::npos);
}

TEST(Claim, TermsAreProductsOfDimensions) {
  const std::string sum = with("\"exponent\"", "\"sum_of_terms\"");
  EXPECT_EQ(read(sum + "terms = [\"B*M*N*D\", \"1\"]\n")[0].terms.size(), 2u);
  EXPECT_NE(refusal(sum + "terms = [\"B*M*X\"]\n").find("X is no letter"),
            std::string::npos);
}

TEST(Claim, OnASumOfTermsMayBeCalledGrowthAsBefore) {
  const std::string old =
      with("\"exponent\"", "\"growth\"") + "terms = [\"N\"]\n";
  testing::internal::CaptureStderr();
  EXPECT_EQ(read(old)[0].kind, ClaimKind::sum_of_terms);
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "notice: " + path() +
                ":6:8: kind growth is called sum_of_terms now\n");
}

}  // namespace
}  // namespace suite
