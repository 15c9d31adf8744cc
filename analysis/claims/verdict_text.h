// A verdict, as programs print it.
#pragma once

#include <string>
#include <vector>

#include "analysis/claims/answer.h"

namespace suite {

struct VerdictText {
  Answer answer = Answer::inconclusive;
  bool surprises = false;  // another answer than arithmetic expects
  std::string claim;       // its id
  std::string statement, source;
  std::vector<std::string> reasons;  // a line each
  std::string note;  // why it was expected to be refuted; empty: nobody says
};

// A line with the answer, in its colour where there is a terminal, and whether
// it was expected; then what is claimed, by whom, and why it was judged so.
std::string text_of(const VerdictText& verdict);

}  // namespace suite
