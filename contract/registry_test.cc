#include "contract/registry.h"

#include <gtest/gtest.h>

#include "primitives/check.h"

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
  ASSERT_EQ(contestants().size(), 2u);
  EXPECT_EQ(contestants()[0]->name, "shape_a");
  EXPECT_EQ(contestants()[1]->name, "shape_b");
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
            "unknown contestant circle; known are shape_a, shape_b");
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

TEST(RegistryDeathTest, ADuplicateAborts) {
  EXPECT_DEATH(Registration(named("shape_a")), "shape_a: registered twice");
}

TEST(RegistryDeathTest, AMisspeltNameAborts) {
  EXPECT_DEATH(Registration(named("Shape A")), "must look like");
}

}  // namespace
}  // namespace suite
