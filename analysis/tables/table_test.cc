#include "analysis/tables/table.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "analysis/tables/quantity.h"

namespace suite {
namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();

Table trial() {
  return {"trial_1: 5 % & more",
          "tab:trial-N",
          {{"N"}, {"contestant", Side::left}, {"± 95 %"}},
          {{"8", "a(b=c_d)", "1.5 µs"},
           {"8", "x|y", "-"},
           {"16", "a(b=c_d)", "12.5 µs"}}};
}

TEST(Quantity, HasAPrefixThatLeavesOneToThreeDigitsBeforeThePoint) {
  EXPECT_EQ(si(0.003226, "s", 4), "3.226 ms");
  EXPECT_EQ(si(5.42e-4, "s", 4), "542.0 µs");
  EXPECT_EQ(si(2.5913, "s", 4), "2.591 s");
  EXPECT_EQ(si(84.1e6, "", 3), "84.1 M");
  EXPECT_EQ(si(140.66e9, "", 3), "141 G");
  EXPECT_EQ(si(2.9e6, "B", 3), "2.90 MB");
  EXPECT_EQ(si(1e-3, "s", 4), "1.000 ms");
  EXPECT_EQ(si(1, "s", 4), "1 s");
  EXPECT_EQ(si(512, "B", 3), "512 B");
  EXPECT_EQ(si(0, "B", 3), "0 B");
  EXPECT_EQ(si(7, "", 3), "7") << "no space at the end";
}

TEST(Quantity, RoundsBeforeItChoosesThePrefix) {
  EXPECT_EQ(si(0.00099996, "s", 4), "1.000 ms");
  EXPECT_EQ(si(0.00099994, "s", 4), "999.9 µs");
  EXPECT_EQ(si(999'600, "", 3), "1.00 M");
  EXPECT_EQ(si(9.996e-3, "s", 3), "10.0 ms");
}

TEST(Quantity, WhatIsNoNumberIsADash) {
  EXPECT_EQ(si(std::nan(""), "s", 4), "-");
  EXPECT_EQ(si(kInfinite, "s", 4), "-");
  EXPECT_EQ(digits_of(std::nan(""), 3), "-");
  EXPECT_EQ(half_width({std::nan(""), 0, kInfinite}), "-");
  EXPECT_EQ(ends_of({std::nan(""), 0, kInfinite}, 3), "unknown");
}

TEST(Quantity, KeepsTheDigitsThatCount) {
  EXPECT_EQ(digits_of(15.3412, 4), "15.34");
  EXPECT_EQ(digits_of(0.92, 3), "0.920");
  EXPECT_EQ(digits_of(0.09996, 3), "0.100");
  EXPECT_EQ(digits_of(999.6, 3), "1000");
  EXPECT_EQ(digits_of(0, 3), "0");
  EXPECT_EQ(digits_of(-0.025, 2), "-0.025");
  EXPECT_EQ(digits_of(1.5e9, 3), "1.50e+09");
  EXPECT_EQ(ends_of({1, 0.9731, 1.0208}, 3), "0.973 … 1.02");
  EXPECT_EQ(half_width({1, 1 / 1.013, 1.013}), "1.3 %");
  EXPECT_EQ(half_width({1, 1 / 1.43, 1.43}), "43 %");
}

TEST(Table, IsAlignedInPlainText) {
  EXPECT_EQ(plain(trial()),
            "trial_1: 5 % & more\n"
            " N  contestant   ± 95 %\n"
            " 8  a(b=c_d)     1.5 µs\n"
            " 8  x|y               -\n"
            "16  a(b=c_d)    12.5 µs\n");
}

TEST(Table, IsOneThatGitHubTakes) {
  EXPECT_EQ(markdown(trial()),
            "**trial_1: 5 % & more**\n"
            "\n"
            "|   N | contestant |  ± 95 % |\n"
            "| --: | ---------- | ------: |\n"
            "|   8 | a(b=c_d)   |  1.5 µs |\n"
            "|   8 | x\\|y       |       - |\n"
            "|  16 | a(b=c_d)   | 12.5 µs |\n");
}

TEST(Table, IsOneThatLatexTakes) {
  EXPECT_EQ(latex(trial()), R"(\begin{table}
  \centering
  \caption{trial\_1: 5 \% \& more}
  \label{tab:trial-N}
  \begin{tabular}{rlr}
    \toprule
     N & contestant   & $\pm$ 95 \% \\
    \midrule
     8 & a(b=c\_d)    &  1.5 $\mu$s \\
       & x\textbar{}y &           - \\
    \addlinespace
    16 & a(b=c\_d)    & 12.5 $\mu$s \\
    \bottomrule
  \end{tabular}
\end{table}
)");
}

TEST(Table, IsNotSpacedInLatexWhereEveryRowIsAGroup) {
  Table table = trial();
  table.rows.erase(table.rows.begin());
  EXPECT_EQ(latex(table).find("addlinespace"), std::string::npos);
}

TEST(Table, LatexTakesNoTextForACommand) {
  EXPECT_EQ(latex_escaped("a_b 5% R&D #1 $x {y} ~z ^w \\v"),
            "a\\_b 5\\% R\\&D \\#1 \\$x \\{y\\} \\textasciitilde{}z "
            "\\textasciicircum{}w \\textbackslash{}v");
  EXPECT_EQ(latex_escaped("1.0 … 2.0, 3 × 4"), "1.0--2.0, 3 $\\times$ 4");
}

}  // namespace
}  // namespace suite
