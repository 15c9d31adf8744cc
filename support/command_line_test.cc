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
