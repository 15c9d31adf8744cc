#include "training/tasks/texts/roff_line.h"

#include <gtest/gtest.h>

namespace suite {
namespace {

TEST(RoffLine, LosesItsMarkup) {
  const std::pair<const char*, const char*> lines[] = {
      {"plain text, with żółć", "plain text, with żółć"},
      {R"(\fB\-a\fP, \f(BI\-\-all\fR or \f[CW]x\f[])", "-a, --all or x"},
      {R"([\fIOPCJA\fP]... \fB\-\-x\fP=\fI\,KIEDY\/\fP)",
       "[OPCJA]... --x=KIEDY"},
      {R"(\s-1SIGINT\s0 and \s+2big\s0)", "SIGINT and big"},
      {R"(a\ b\~c\&d\|e\^f\%g\:h\cI)", "a b cdefghI"},
      {R"(back\\slash and \e and it\(aqs \[aq]x\[aq])",
       R"(back\slash and \ and it's 'x')"},
      {R"(\(Bqso\(lq \(em \*(Aq \*[x] \n(.g)", "„so“ —   "},
      {R"(text \" a comment)", "text "},
      {R"(\h'-04'\(bu\h'+03'text)", "text"},
      {R"(unknown \(zz \[zzz]end)", "unknown  end"},
      {"at the end \\", "at the end "},
      {R"(cut \()", "cut "},
      {R"(cut \[abc)", "cut "},
      {R"(cut \h'1)", "cut "},
      {R"(cut \f)", "cut "},
      {R"(cut \s)", "cut "},
      {"", ""}};
  for (const auto& [line, text] : lines) EXPECT_EQ(plain(line), text) << line;
}

TEST(RoffLine, HasArguments) {
  using Words = std::vector<std::string>;
  EXPECT_EQ(arguments_of(" one  two"), (Words{"one", "two"}));
  EXPECT_EQ(arguments_of(R"( "one two" three "")"),
            (Words{"one two", "three", ""}));
  EXPECT_EQ(arguments_of(R"( a"b\ c \-\-d)"), (Words{"a\"b c", "--d"}));
  EXPECT_EQ(arguments_of("  "), Words{});
  EXPECT_EQ(arguments_of(R"( "open end)"), Words{"open end"});
  EXPECT_EQ(arguments_of(" \\"), Words{""});
}

}  // namespace
}  // namespace suite
