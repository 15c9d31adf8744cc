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
#include <memory>
#include <nlohmann/json.hpp>

#include "support/check.h"
#include "support/nearest.h"

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

// Shows today's name of an option alone.
class HelpFormatter : public CLI::Formatter {
 public:
  std::string make_option_name(const CLI::Option* option,
                               bool is_positional) const override {
    if (is_positional || option->get_lnames().size() < 2) {
      return CLI::Formatter::make_option_name(option, is_positional);
    }
    return "--" + option->get_lnames().front();
  }
};

std::string flag_of(const std::string& word) {
  return word.rfind("--", 0) == 0 ? word.substr(0, word.find('=')) : "";
}

void notice_old_names(const CLI::App& app,
                      const std::vector<std::string>& words) {
  for (const std::string& word : words) {
    const std::string flag = flag_of(word);
    const CLI::Option* option =
        flag.empty() ? nullptr : app.get_option_no_throw(flag);
    if (option == nullptr || option->get_lnames().empty()) continue;
    const std::string today = "--" + option->get_lnames().front();
    if (flag != today) {
      fmt::print(stderr, "notice: {} is called {} now\n", flag, today);
    }
  }
}

// Of the first flag that is none.
std::string suggestion(const CLI::App& app,
                       const std::vector<std::string>& words) {
  std::vector<std::string> known;
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_lnames().empty()) continue;
    known.push_back("--" + option->get_lnames().front());
  }
  for (const std::string& word : words) {
    const std::string flag = flag_of(word);
    if (flag.empty() || app.get_option_no_throw(flag) != nullptr) continue;
    return did_you_mean(flag, known);
  }
  return "";
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
  app.formatter(std::make_shared<HelpFormatter>());
  try {
    notice_old_names(app, words);
    // As CLI11 takes them.
    app.parse(std::vector<std::string>(words.rbegin(), words.rend()));
    return delivered(work());
  } catch (const CLI::CallForHelp& help) {
    return delivered(app.exit(help));
  } catch (const CLI::ExtrasError& error) {
    return refuse(error.what() + suggestion(app, words));
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
