// Options that were called otherwise.
#include <gtest/gtest.h>

#include <vector>

#include "contract/registry.h"
#include "support/check.h"

namespace suite {
namespace {

using Names = std::vector<std::string>;

OptionSpec weave() {
  OptionSpec spec = choice("weave", {"plain", "twill"}, "How is it woven?");
  spec.old_name = "cloth";
  return spec;
}

Contestant named(const std::string& name, std::vector<OptionSpec> options) {
  Contestant contestant;
  contestant.name = name;
  contestant.options = std::move(options);
  return contestant;
}

const OptionSpec kSize = number("size", 1, "How large?");
const Registration tent(named("tent", {weave(), kSize}));
const Registration flag(named("flag", {weave(), kSize}));
const Registration kite(named("kite", {weave(), kSize}));
// A family, told apart by what was the name of an option, too.
const Registration sail(named("sail", {weave(), kSize}));
const Registration film(named("sail(cloth=film)", {kSize}));

// What is said on stderr meanwhile.
template <class F>
std::string said(const F& f) {
  testing::internal::CaptureStderr();
  f();
  return testing::internal::GetCapturedStderr();
}

std::string refusal(std::string_view text) {
  std::string what;
  EXPECT_EQ(said([&] {
              try {
                expand_contestants(text);
              } catch (const Error& error) {
                what = error.what();
              }
            }),
            "")
      << "a refusal is one line";
  return what;
}

TEST(OldNames, AreReadAsTodaysAndNoticedOnceAContestant) {
  EXPECT_EQ(said([] {
              EXPECT_EQ(find_contestant("tent(size=2, cloth=twill)").name(),
                        "tent(weave=twill, size=2)");
              EXPECT_EQ(find_contestant("tent(cloth=plain)").name(), "tent");
              EXPECT_EQ(expand_contestants("flag(cloth=*)"),
                        (Names{"flag", "flag(weave=twill)"}));
            }),
            "notice: tent: the option cloth is called weave now\n"
            "notice: flag: the option cloth is called weave now\n");
}

TEST(OldNames, TodaysAreNoNotice) {
  EXPECT_EQ(said([] {
              EXPECT_EQ(find_contestant("kite(weave=twill)").name(),
                        "kite(weave=twill)");
              EXPECT_EQ(expand_contestants("kite(weave=*)").size(), 2u);
            }),
            "");
}

TEST(OldNames, WhatIsRefusedNamesTodays) {
  EXPECT_EQ(refusal("kite(cloth=silk)"),
            "kite: weave = silk: allowed are plain, twill");
  EXPECT_EQ(refusal("kite(cloth=twill, weave=twill)"),
            "kite: cloth is the old name of weave: give weave alone");
  EXPECT_EQ(refusal("kite(fabric=twill)"),
            "kite: unknown option fabric; known are weave, size");
  EXPECT_EQ(
      said([] { EXPECT_THROW(find_contestant("kite(cloth=silk)"), Error); }),
      "");
}

TEST(OldNames, InAFamilyThatTheyTellApartBothMeaningsAreTaken) {
  EXPECT_EQ(said([] {
              EXPECT_EQ(find_contestant("sail(cloth=film)").name(),
                        "sail(cloth=film)");
              EXPECT_EQ(expand_contestants("sail(cloth=*, size=2)"),
                        (Names{"sail(size=2)", "sail(weave=twill, size=2)",
                               "sail(cloth=film, size=2)"}));
              EXPECT_EQ(expand_contestants("sail(weave=*)").size(), 2u);
            }),
            "");
  EXPECT_EQ(said([] {
              EXPECT_EQ(find_contestant("sail(cloth=twill)").name(),
                        "sail(weave=twill)");
            }),
            "notice: sail: the option cloth is called weave now\n");
}

TEST(OldNames, InAFamilyWhatIsRefusedSaysWhatEachMayBe) {
  EXPECT_EQ(refusal("sail(cloth=silk)"),
            "sail: cloth = silk: allowed are film");
  EXPECT_EQ(refusal("sail(weave=silk)"),
            "sail: weave = silk: allowed are plain, twill");
  EXPECT_EQ(refusal("sail(cloth=film, weave=twill)"),
            "sail(cloth=film): unknown option weave; known are size");
  EXPECT_EQ(refusal("sail(cloth=plain, weave=twill)"),
            "sail: cloth is the old name of weave: give weave alone");
  EXPECT_EQ(refusal("sail(cloth=*, weave=twill)"),
            "sail: cloth = * stands for weave too: give one of them");
}

TEST(OldNamesDeathTest, OneThatIsAnOptionAborts) {
  EXPECT_DEATH(
      Registration(named("rope", {weave(), number("cloth", 1, "How much?")})),
      "contestant rope: its option cloth has the old name of weave");
}

TEST(TodaysWords, AreThoseOfTheFormOfAttention) {
  EXPECT_EQ(
      in_todays_words("perceiver(sharing=none, attention=materialised)/N=4"),
      "perceiver(sharing=none, form=materialised)/N=4");
  EXPECT_EQ(in_todays_words("a(attention=streaming)|b(attention=materialised)"),
            "a(form=streaming)|b(form=materialised)");
  for (const char* same :
       {"", "transformer(attention=linear)", "transformer(attention=*)",
        "a(form=materialised)", "a(self_attention=materialised)",
        "a(attention=materialised2)", "a(attention=streamingly)"}) {
    EXPECT_EQ(in_todays_words(same), same);
  }
}

}  // namespace
}  // namespace suite
