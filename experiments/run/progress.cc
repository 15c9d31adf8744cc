#include "experiments/run/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

namespace suite {
namespace {

constexpr double kSecondsBetweenLines = 60;

std::string minutes(double seconds) {
  const int whole = static_cast<int>(seconds);
  return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

}  // namespace

Progress::Progress()
    : on_terminal_(isatty(STDERR_FILENO) == 1),
      start_(std::chrono::steady_clock::now()) {}

void Progress::show(std::size_t done, std::size_t all, const std::string& what,
                    double left) {
  if (!on_terminal_ && elapsed() < written_ + kSecondsBetweenLines) return;
  written_ = elapsed();
  const std::string rest =
      left < 0 ? "" : fmt::format(" · {} left", minutes(left));
  fmt::print(stderr, "{}{}/{} {} · {}{}{}", on_terminal_ ? "\r\033[K" : "",
             done, all, on_terminal_ ? what.substr(0, 60) : what,
             minutes(elapsed()), rest, on_terminal_ ? "" : "\n");
  std::fflush(stderr);
}

void Progress::clear() {
  if (on_terminal_) fmt::print(stderr, "\r\033[K");
}

double Progress::elapsed() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() -
                                       start_)
      .count();
}

}  // namespace suite
