#include "support/command_line.h"

#include <fcntl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <nlohmann/json.hpp>

#include "support/check.h"

namespace suite {
namespace {

constexpr int kBadInput = 2;

int refuse(std::string reason) {
  // What was given may hold line ends.
  std::replace_if(
      reason.begin(), reason.end(),
      [](unsigned char c) { return std::iscntrl(c) != 0; }, ' ');
  fmt::print(stderr, "error: {}\n", reason);
  return kBadInput;
}

// A file must not get the number of an output that was closed: messages would
// land in it.
void open_standard_streams() {
  int descriptor = 0;
  do {
    descriptor = open("/dev/null", O_RDWR);
  } while (descriptor >= 0 && descriptor <= STDERR_FILENO);
  if (descriptor >= 0) close(descriptor);
}

// What a full disk didn't take is no success.
int delivered(int status) {
  errno = 0;
  std::fflush(stdout);
  if (std::cout.flush() && std::ferror(stdout) == 0) return status;
  return refuse(fmt::format("cannot write the output: {}",
                            std::strerror(errno != 0 ? errno : EIO)));
}

}  // namespace

int run_command(CLI::App& app, std::vector<std::string> words,
                const std::function<int()>& work) {
  open_standard_streams();
  std::signal(SIGXFSZ, SIG_IGN);  // a write says why it failed
  try {
    std::reverse(words.begin(), words.end());  // as CLI11 takes them
    app.parse(words);
    return delivered(work());
  } catch (const CLI::CallForHelp& help) {
    return delivered(app.exit(help));
  } catch (const CLI::ParseError& error) {
    return refuse(error.what());
  } catch (const nlohmann::json::exception& error) {
    return refuse(std::string("not a manifest: ") + error.what());
  } catch (const std::exception& error) {
    return refuse(error.what());
  }
}

int run_command(CLI::App& app, int argc, char** argv,
                const std::function<int()>& work) {
  return run_command(app, std::vector<std::string>(argv + 1, argv + argc),
                     work);
}

}  // namespace suite
