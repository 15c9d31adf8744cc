#include "contract/registry.h"

#include <gtest/gtest.h>

#include <vector>

#include "support/check.h"

namespace suite {
namespace {

Contestant named(const std::string& name) {
  Contestant contestant;
  contestant.name = name;
  contestant.options = {choice("form", {"round", "square"}, "Which form?"),
                        number("sides", 4, "How many sides?"),
                        {"note", "none", "What is noted?", OptionKind::text}};
  return contestant;
}

// A family: one by its name alone, two by an option.
Contestant of_family(const std::string& name, OptionSpec own) {
  Contestant contestant;
  contestant.name = name;
  contestant.options = {std::move(own), number("size", 1, "How large?")};
  return contestant;
}
const Registration plain(of_family(
    "ship", choice("drive", {"oars", "paddles"}, "What moves it?")));
Contestant sailing() {
  Contestant contestant = of_family("ship(drive=sail)",
                                    number("masts", 3, "How many masts?"));
  contestant.settings = along("masts", {1, 3});
  return contestant;
}
const Registration sail(sailing());
const Registration steam(of_family("ship( drive = steam )",
                                   number("boilers", 1, "How many boilers?")));

const Registration first(named("shape_b"));
const Registration second(named("shape_a"));

std::string refusal(std::string_view text) {
  try {
    find_contestant(text);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(Registry, ListsContestantsByName) {
  std::vector<std::string> names;
  for (const Contestant* each : contestants()) names.push_back(each->name);
  EXPECT_EQ(names, (std::vector<std::string>{"shape_a", "shape_b", "ship",
                                             "ship(drive=sail)",
                                             "ship(drive=steam)"}));
}

TEST(Registry, OneStringNamesContestantAndOptions) {
  const Entry entry = find_contestant(" shape_a( sides = 6 , form=square) ");
  EXPECT_EQ(entry.options.text("form"), "square");
  EXPECT_EQ(entry.options.number("sides"), 6u);
  EXPECT_EQ(entry.name(), "shape_a(form=square, sides=6)");
  EXPECT_EQ(find_contestant(entry.name()).name(), entry.name());
}

TEST(Registry, DefaultsAreLeftOutOfTheName) {
  EXPECT_EQ(find_contestant("shape_a(form=round)").name(), "shape_a");
  EXPECT_EQ(find_contestant("shape_a()").name(), "shape_a");
}

TEST(Registry, RefusalsNameWhatIsAllowed) {
  EXPECT_EQ(refusal("circle"),
            "unknown contestant circle; known are shape_a, shape_b, ship, "
            "ship(drive=sail), ship(drive=steam)");
  EXPECT_EQ(refusal("shape_a(colour=red)"),
            "shape_a: unknown option colour; known are form, sides, note");
  EXPECT_EQ(refusal("shape_a(form=flat)"),
            "shape_a: form = flat: allowed are round, square");
  EXPECT_EQ(refusal("shape_a(sides=-1)"),
            "shape_a: sides = -1: allowed are whole numbers from 0 to 2^31 - 1");
  EXPECT_EQ(refusal("shape_a(sides=4, sides=5)"),
            "contestant \"shape_a(sides=4, sides=5)\": sides is given twice");
  EXPECT_EQ(refusal("shape_a(sides)"),
            "contestant \"shape_a(sides)\": \"sides\" must look like "
            "option=value");
  for (const char* text : {"", "shape_a(", "Shape", "shape_a)"}) {
    EXPECT_NE(refusal(text), "") << text;
  }
}

TEST(Registry, AFamilysMemberIsFoundByItsOption) {
  EXPECT_EQ(find_contestant("ship").contestant->name, "ship");
  EXPECT_EQ(find_contestant("ship(drive=paddles, size=2)").name(),
            "ship(drive=paddles, size=2)");
  const Entry sailing = find_contestant("ship(size=4, masts=2, drive=sail)");
  EXPECT_EQ(sailing.contestant->name, "ship(drive=sail)");
  EXPECT_EQ(sailing.options.number("masts"), 2u);
  EXPECT_EQ(sailing.name(), "ship(drive=sail, masts=2, size=4)");
  EXPECT_EQ(find_contestant(sailing.name()).name(), sailing.name());
  EXPECT_EQ(find_contestant("ship(masts=3, drive=sail)").name(),
            "ship(drive=sail)");
  EXPECT_EQ(refusal("ship(drive=kite)"),
            "ship: drive = kite: allowed are oars, paddles, sail, steam");
  EXPECT_EQ(refusal("ship(drive=steam, masts=2)"),
            "ship(drive=steam): unknown option masts; known are boilers, size");
}

TEST(Registry, AStarStandsForEveryValue) {
  const auto all = [](const char* text) { return expand_contestants(text); };
  EXPECT_EQ(all("ship(drive=*)"),
            (std::vector<std::string>{"ship", "ship(drive=paddles)",
                                      "ship(drive=sail)", "ship(drive=steam)"}));
  EXPECT_EQ(all("ship(size=2, drive=*)").back(), "ship(drive=steam, size=2)");
  EXPECT_EQ(all("shape_a(form=*)"),
            (std::vector<std::string>{"shape_a", "shape_a(form=square)"}));
  EXPECT_EQ(all("ship(drive=oars)"), std::vector<std::string>{"ship"});
  EXPECT_EQ(all("ship(drive=*, settings=*)"),
            (std::vector<std::string>{"ship(drive=sail, masts=1)",
                                      "ship(drive=sail)"}));
  EXPECT_TRUE(all("shape_a(settings=*)").empty());
  EXPECT_THROW(all("ship(settings=2)"), Error);
  EXPECT_THROW(all("ship(size=*)"), Error) << "a number has no list of values";
  EXPECT_THROW(all("ship(drive=*, masts=2)"), Error) << "not all have masts";
}

TEST(RegistryDeathTest, ADuplicateAborts) {
  EXPECT_DEATH(Registration(named("shape_a")), "shape_a: registered twice");
}

TEST(RegistryDeathTest, ANameThatFixesAnOptionOfItsOwnAborts) {
  EXPECT_DEATH(Registration(named("shape_c(sides=3)")),
               "its name fixes its option sides");
}

TEST(RegistryDeathTest, AMisspeltNameAborts) {
  EXPECT_DEATH(Registration(named("Shape A")), "must look like");
}

}  // namespace
}  // namespace suite
