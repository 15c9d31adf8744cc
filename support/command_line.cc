#include "support/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
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

}  // namespace

int run_command(CLI::App& app, std::vector<std::string> words,
                const std::function<int()>& work) {
  try {
    std::reverse(words.begin(), words.end());  // as CLI11 takes them
    app.parse(words);
    return work();
  } catch (const CLI::CallForHelp& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& error) {
    return refuse(error.what());
  } catch (const nlohmann::json::exception& error) {
    return refuse(std::string("not a manifest: ") + error.what());
  } catch (const Error& error) {
    return refuse(error.what());
  }
}

int run_command(CLI::App& app, int argc, char** argv,
                const std::function<int()>& work) {
  return run_command(app, std::vector<std::string>(argv + 1, argv + argc),
                     work);
}

}  // namespace suite
