// What fuzzers demand of a reader: that it takes its input or says in one line
// why not.
#pragma once

#include <cstdlib>
#include <string>

#include "support/check.h"

namespace suite {

template <class Read>
void refused_in_one_line(Read read) {
  try {
    read();
  } catch (const Error& error) {
    const std::string line = error.what();
    if (line.empty() || line.size() > 1000) std::abort();
    for (const char c : line) {
      if (c < ' ' || c > '~') std::abort();
    }
  }
}

}  // namespace suite
