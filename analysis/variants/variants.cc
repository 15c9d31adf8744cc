// Attention variants beside softmax attention: does each keep its promise, and from
// which N on does it pay?
//   ./bazelw run //analysis:variants -- --results results/local/variants/RUN
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "analysis/runs/run.h"
#include "analysis/runs/run_definition.h"
#include "analysis/variants/leaderboard.h"
#include "support/check.h"
#include "support/command_line.h"
#include "support/files.h"

namespace suite {
namespace {

// What a document holds between these is made here.
constexpr char kBegin[] = "<!-- variants:";
constexpr char kEnd[] = "<!-- end of variants -->";

constexpr char kClaims[] = "analysis/claims.toml";
constexpr char kDefinitions[] = "experiments/definitions";

void write_into(const std::string& path, const std::string& table) {
  const std::string text = read_file(path);
  const std::size_t begin = text.find(kBegin);
  const std::size_t line = text.find('\n', begin), end = text.find(kEnd);
  require(begin != std::string::npos && end != std::string::npos && line < end,
          "{}: has no lines that begin with {} and {}", path, kBegin, kEnd);
  replace_file(path,
               text.substr(0, line + 1) + "\n" + table + "\n" + text.substr(end));
}

int run(const std::string& results, const std::string& format,
        const std::string& into, bool write) {
  const Run whole = read_run(user_path(results));
  const Definition definition = definition_of(whole);
  const std::vector<Claim> claims =
      read_claims(kClaims, experiment_names(definition_files(kDefinitions)));
  const std::vector<MeasuredError> errors = read_errors(whole.folder);
  std::string text;
  // What is written is of the most threads, where there are several counts.
  for (const Run& run : by_threads(whole)) {
    const std::vector<LeaderboardEntry> all =
        leaderboard_entries(run, definition, claims, errors);
    require(all.size() > 1,
            "{}: nothing was timed at several N beside {}, softmax attention",
            run.folder, kSoftmax);
    if (!into.empty()) {
      text = markdown(status(run, all));
      continue;
    }
    const Table table = leaderboard(run, all);
    fmt::print("{}{}", run.threads > 0 ? "\n" + title(run) + "\n" : "",
               format == "markdown" ? markdown(table) : plain(table));
    text = json_of(all).dump(1) + "\n";
  }
  if (!into.empty()) {
    write_into(user_path(into), text);
  } else if (write) {
    replace_file(whole.folder + "/variants.json", text);
  }
  return 0;
}

int main(int argc, char** argv) {
  std::string results, into, format = "plain";
  bool write = false;
  CLI::App app("How attention variants stand beside softmax attention.");
  app.add_option("--results", results, "A run's folder")->required();
  app.add_option("--format", format, "plain or markdown; plain")
      ->check(CLI::IsMember({"plain", "markdown"}));
  app.add_option("--into", into,
                 "A Markdown file whose table of variants is made anew, instead");
  app.add_flag("--write", write,
               "Write DIR/variants.json too, which the report draws");
  return run_command(app, argc, argv,
                     [&] { return run(results, format, into, write); });
}

}  // namespace
}  // namespace suite

int main(int argc, char** argv) { return suite::main(argc, argv); }
