#include "training/tasks/texts/roff.h"

#include <gtest/gtest.h>

namespace suite {
namespace {

using Paragraphs = std::vector<std::string>;

const std::string kLong =
    "this paragraph is long enough to be kept, since it has more than eighty "
    "bytes in it";
const std::string kOther =
    "another paragraph that is as long, so that it is kept beside the first "
    "one, in its own line";

TEST(Roff, ParagraphsAreLines) {
  const std::string page = ".\\\" a comment\n.TH LS 1 \"a long title\"\n.SH " +
                           kLong + "\n" + kLong + "\n.PP\n" + kOther + "\n";
  EXPECT_EQ(paragraphs_of(page), (Paragraphs{kLong, kOther}));
  for (const char* end : {"\n.P\n", "\n.IP\n", "\n.RS 4\n", "\n.RE\n",
                          "\n.sp\n", "\n\n", "\n  \n", "\n.SS x\n"}) {
    EXPECT_EQ(paragraphs_of(kLong + end + kOther), (Paragraphs{kLong, kOther}));
  }
  for (const char* within : {"\n", "\n.br\n", "\n.nh\n", "\n.\n", "   \t"}) {
    EXPECT_EQ(paragraphs_of(kLong + within + kOther),
              Paragraphs{kLong + " " + kOther})
        << within;
  }
}

TEST(Roff, FontsAreTextInIt) {
  EXPECT_EQ(paragraphs_of(kLong + "\n.B and this\n.BR word (1)\n.I too"),
            Paragraphs{kLong + " and this word(1) too"});
}

TEST(Roff, ThingsToExplainAreApart) {
  EXPECT_EQ(
      paragraphs_of(".TP\n\\fB-a\\fP\n" + kLong + "\n.TP 4\n.B -b\n" + kOther),
      (Paragraphs{kLong, kOther}));
  EXPECT_EQ(paragraphs_of(".TP\n-a\n" + kLong + "\n" + kOther),
            Paragraphs{kLong + " " + kOther});
  EXPECT_EQ(paragraphs_of(".TP\n.PD 0\n.B -b\n" + kOther), Paragraphs{kOther});
}

TEST(Roff, WhatIsNoProseIsLeftOut) {
  for (const auto& [begin, end] : {std::pair{".nf", ".fi"},
                                   {".EX", ".EE"},
                                   {".TS", ".TE"},
                                   {".de XX", ".."},
                                   {".ig", ".."}}) {
    EXPECT_EQ(paragraphs_of(kLong + "\n" + begin + "\n" + kOther + "\n.PP\n" +
                            kOther + "\n" + end + "\n" + kOther),
              (Paragraphs{kLong, kOther}))
        << begin;
  }
  EXPECT_EQ(paragraphs_of(kLong.substr(0, 79)), Paragraphs{});
  EXPECT_EQ(paragraphs_of(kLong.substr(0, 80)).size(), 1u);
  EXPECT_EQ(paragraphs_of(kLong + std::string(30, '-')), Paragraphs{});
  EXPECT_EQ(paragraphs_of(".Dd today\n.Dt LS 1\n" + kLong), Paragraphs{});
  EXPECT_EQ(paragraphs_of(""), Paragraphs{});
  EXPECT_EQ(paragraphs_of(".\n'\n..\n.nf"), Paragraphs{});
}

}  // namespace
}  // namespace suite
