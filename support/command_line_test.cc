#include "support/command_line.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <stdexcept>

#include "support/check.h"
#include "support/files.h"

namespace suite {
namespace {

// Ends as a program that does this work would.
void end_after(const std::function<int()>& work) {
  CLI::App app;
  std::exit(run_command(app, std::vector<std::string>(), work));
}

using testing::ExitedWithCode;

TEST(RunCommandDeathTest, AFullDiskIsNoSuccess) {
  EXPECT_EXIT(
      {
        (void)!freopen("/dev/full", "w", stdout);
        end_after([] {
          std::printf("rows\n");
          return 0;
        });
      },
      ExitedWithCode(2),
      "^error: cannot write the output: No space left on device\n$");
}

TEST(RunCommandDeathTest, WhateverIsThrownIsOneLine) {
  EXPECT_EXIT(end_after([]() -> int { throw Error("no\nway"); }),
              ExitedWithCode(2), "^error: no way\n$");
  EXPECT_EXIT(end_after([]() -> int { throw std::out_of_range("stoi"); }),
              ExitedWithCode(2), "^error: stoi\n$");
}

int run_with(const std::vector<std::string>& words) {
  CLI::App app;
  std::string out;
  app.add_option("--out,--output", out, "Where to");
  return run_command(app, words, [&] {
    std::printf("%s\n", out.c_str());
    return 0;
  });
}

TEST(RunCommand, AnOldNameWorksWithANotice) {
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  EXPECT_EQ(run_with({"--output=here"}), 0);
  EXPECT_EQ(run_with({"--output", "there"}), 0);
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "here\nthere\n");
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_EQ(said.find("notice: --output is called --out now\nnotice: --output "
                      "is called --out now\n"),
            0)
      << said;
}

TEST(RunCommand, HelpKnowsTodaysNamesAlone) {
  testing::internal::CaptureStdout();
  EXPECT_EQ(run_with({"--help"}), 0);
  const std::string said = testing::internal::GetCapturedStdout();
  EXPECT_NE(said.find("--out "), std::string::npos) << said;
  EXPECT_EQ(said.find("--output"), std::string::npos) << said;
}

TEST(RunCommand, TheNearestFlagIsNamed) {
  testing::internal::CaptureStderr();
  EXPECT_EQ(run_with({"--uot=x"}), 2);
  EXPECT_EQ(run_with({"--nothing"}), 2);
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "error: The following argument was not expected: --uot=x; did you "
            "mean --out?\n"
            "error: The following argument was not expected: --nothing\n");
}

TEST(RunCommandDeathTest, NoFileGetsTheNumberOfAClosedOutput) {
  const std::string path = testing::TempDir() + "rows";
  EXPECT_EXIT(
      {
        close(STDOUT_FILENO);
        end_after([&] {
          AppendFile file(path);
          std::printf("a message\n");
          std::fflush(stdout);
          file.append("a row\n");
          return read_file(path) == "a row\n" ? 0 : 1;
        });
      },
      ExitedWithCode(0), "");
}

TEST(RunCommandDeathTest, ALimitOfFilesSizesIsAnError) {
  EXPECT_EXIT(end_after([] {
                std::raise(SIGXFSZ);
                return 0;
              }),
              ExitedWithCode(0), "");
}

}  // namespace
}  // namespace suite
