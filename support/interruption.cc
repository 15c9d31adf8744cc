#include "support/interruption.h"

#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <initializer_list>
#include <string_view>

namespace suite {
namespace {

constexpr int kOfSignals = 128;

volatile std::sig_atomic_t noted = 0;

void note(int signal) {
  if (noted == 0) noted = signal;
}

// Only what may be done while anything else is.
void say_and_note(int signal) {
  constexpr std::string_view kWord =
      "\ninterrupted: ends at the next whole step; once more: at once\n";
  const int before = errno;
  if (noted == 0 && write(STDERR_FILENO, kWord.data(), kWord.size()) < 0) {
    // Nobody listens.
  }
  errno = before;
  note(signal);
}

void take(std::initializer_list<int> signals, void (*handler)(int)) {
  struct sigaction action = {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART | static_cast<int>(SA_RESETHAND);
  sigemptyset(&action.sa_mask);
  for (const int signal : signals) sigaction(signal, &action, nullptr);
}

}  // namespace

void note_interruptions() { take({SIGINT, SIGTERM}, say_and_note); }

void note_interruptions_handed_on() { take({SIGUSR1, SIGUSR2}, note); }

int interruption() {
  switch (noted) {
    case 0:
      return 0;
    case SIGTERM:
    case SIGUSR2:
      return kOfSignals + SIGTERM;
    default:
      return kOfSignals + SIGINT;
  }
}

void leave_if_interrupted() {
  if (interruption() != 0) throw Interrupted();
}

}  // namespace suite
