#include "support/interruption.h"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>

namespace suite {
namespace {

void end_as_noted(int signal) {
  note_interruptions();
  note_interruptions_handed_on();
  if (interruption() != 0) std::exit(1);
  leave_if_interrupted();
  raise(signal);
  try {
    leave_if_interrupted();
  } catch (const Interrupted&) {
    std::exit(interruption());
  }
}

TEST(Interruption, IsNotedOnceAndSaidInTheStatus) {
  EXPECT_EXIT(end_as_noted(SIGINT), testing::ExitedWithCode(130), "once more");
  EXPECT_EXIT(end_as_noted(SIGTERM), testing::ExitedWithCode(143), "once more");
  EXPECT_EXIT(end_as_noted(SIGUSR1), testing::ExitedWithCode(130), "^$");
  EXPECT_EXIT(end_as_noted(SIGUSR2), testing::ExitedWithCode(143), "^$");
}

TEST(Interruption, ASecondEndsAtOnce) {
  EXPECT_EXIT(
      {
        note_interruptions();
        raise(SIGTERM);
        raise(SIGTERM);
      },
      testing::KilledBySignal(SIGTERM), "once more");
}

}  // namespace
}  // namespace suite
