// Definitions written by tests, and what is said of bad ones.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "support/check.h"
#include "support/files.h"

namespace suite {

// Its name is trial.toml.
inline std::string definition_file(const std::string& text) {
  const std::string path = testing::TempDir() + "trial.toml";
  replace_file(path, text);
  return path;
}

// The one line that `read` is refused with; empty if it isn't.
template <class F>
std::string refusal_of(const F& read) {
  try {
    read();
  } catch (const Error& error) {
    const std::string said = error.what();
    EXPECT_EQ(said.find('\n'), std::string::npos) << said;
    return said;
  }
  return "";
}

}  // namespace suite
