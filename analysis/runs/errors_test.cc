#include "analysis/runs/errors.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "support/check.h"

namespace suite {
namespace {

const std::string kHeader =
    "schema,experiment,run_id,cell_id,contestant,pattern,error\n";

std::string folder_with(const std::string& text) {
  const std::string folder = std::string(std::getenv("TEST_TMPDIR")) + "/run";
  std::filesystem::create_directories(folder);
  std::ofstream(folder + "/errors.csv") << text;
  return folder;
}

std::string refusal(const std::string& text) {
  const std::string folder = folder_with(text);
  try {
    read_errors(folder);
  } catch (const Error& error) {
    return std::string(error.what()).substr(folder.size() + 1);
  }
  return "accepted";
}

TEST(Errors, AreReadBack) {
  const auto errors = read_errors(folder_with(
      kHeader + "1,variants,r,\"a(b=c, d=1)/N=8\",\"a(b=c, d=1)\",copy,0.25\n"));
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].cell_id, "a(b=c, d=1)/N=8");
  EXPECT_EQ(errors[0].contestant, "a(b=c, d=1)");
  EXPECT_EQ(errors[0].pattern, "copy");
  EXPECT_EQ(errors[0].error, 0.25);
}

TEST(Errors, OldWordsAreTakenForTodays) {
  const auto errors = read_errors(
      folder_with(kHeader + "1,variants,r,a(attention=materialised)/N=8,"
                            "a(attention=materialised),copy,0.25\n"));
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].cell_id, "a(form=materialised)/N=8");
  EXPECT_EQ(errors[0].contestant, "a(form=materialised)");
}

TEST(Errors, ARunWithoutThemHasNone) {
  std::filesystem::remove(folder_with("") + "/errors.csv");
  EXPECT_TRUE(read_errors(std::string(std::getenv("TEST_TMPDIR")) + "/run").empty());
}

TEST(Errors, WhatIsNoSuchTableIsRefused) {
  EXPECT_EQ(refusal("a,b\n"), "errors.csv:1: not the header of errors.csv");
  EXPECT_EQ(refusal(kHeader + "1,2\n"),
            "errors.csv:2: 2 fields, there must be 7");
  EXPECT_EQ(refusal(kHeader + "1,v,r,c,a,copy,nan\n"),
            "errors.csv:2: error = \"nan\" is not a number");
  EXPECT_EQ(refusal(kHeader + "1,v,r,c,a,copy,1"),
            "errors.csv:2: the line is cut off");
}

}  // namespace
}  // namespace suite
