// Ours, in a process of its own while peers take turns with it: serves the
// cells of a definition. A request is a line of JSON on stdin, its answer a line
// on stdout.
//   {"do": "list"}                     what may be asked for, and the machine
//   {"do": "build", "cell": ID, "folder": F}  checks it against the oracle, runs
//       it once, writes parameters, input and output as F/NAME.f32
//   {"do": "compare", "cell": ID, "file": F}  another's output against ours
//   {"do": "time", "cell": ID, "forwards": n, "repetition": k}
//   {"do": "drop"}                     frees what was built
// What can't be done is answered by {"error": reason}.
#include <CLI/CLI.hpp>
#include <iostream>
#include <nlohmann/json.hpp>

#include "experiments/definition/axes.h"
#include "experiments/machine/blas_of_this_build.h"
#include "experiments/machine/machine.h"
#include "experiments/peers/contest_cell.h"
#include "experiments/rows/measured_code.h"
#include "primitives/threads.h"
#include "support/command_line.h"

namespace suite {
namespace {

using nlohmann::json;

struct Arguments {
  std::string definition;
  std::string run_id;
  int threads = 0;
  std::vector<std::string> axes;
};

class Server {
 public:
  Server(Definition definition, int threads, const std::string& run_id)
      : definition_(std::move(definition)),
        threads_(threads),
        identity_{definition_.name, definition_.sha256, run_id},
        cells_(cells_of(definition_, threads)) {}

  json answer(const json& request) {
    const std::string what = request.at("do");
    if (what == "list") return list();
    if (what == "build") return build(request);
    if (what == "drop") {
      built_.reset();
      return json::object();
    }
    require(built_.has_value(), "{}: no cell is built", what);
    if (what == "compare") return built_->compare(request.at("file"));
    require(what == "time",
            "do = {}: allowed are list, build, compare, time and drop", what);
    return built_->time(request.at("forwards"), request.at("repetition"));
  }

 private:
  json list() const {
    json cells = json::array();
    for (const Cell& cell : cells_) cells.push_back(described(cell, identity_));
    json build = build_description();
    build["code"] = json::parse(kMeasuredCode);
    return {{"experiment", definition_.name},
            {"definition",
             {{"file", definition_.name + ".toml"},
              {"sha256", definition_.sha256},
              {"text", definition_.text}}},
            {"settings",
             {{"threads", threads_},
              {"repetitions", definition_.repetitions},
              {"seed", definition_.seed},
              {"scalar", definition_.scalar},
              {"repetition_seconds", definition_.repetition_seconds}}},
            {"columns", kColumns},
            {"machine", machine_description()},
            {"build", build},
            {"warnings", machine_warnings(threads_)},
            {"cells", cells}};
  }

  json build(const json& request) {
    built_.reset();
    const std::string id = request.at("cell");
    for (const Cell& cell : cells_) {
      if (cell.id != id) continue;
      built_.emplace(cell, definition_.seed, identity_);
      return built_->save(request.at("folder"));
    }
    throw Error(fmt::format("cell {} is not of {}", id, definition_.name));
  }

  Definition definition_;
  int threads_;
  RunIdentity identity_;
  std::vector<Cell> cells_;
  std::optional<ContestCell> built_;
};

int serve(const Arguments& arguments) {
  Definition definition = read_definition(arguments.definition, arguments.axes);
  require(definition.scalar == "float",
          "{}: scalar = {}: peers are compared in float alone",
          arguments.definition, definition.scalar);
  int threads = arguments.threads > 0 ? arguments.threads : definition.threads;
  if (threads == 0) threads = set_all_threads();
  set_threads(threads);
  Server server(std::move(definition), threads, arguments.run_id);
  for (std::string line; std::getline(std::cin, line);) {
    json answer;
    try {
      answer = server.answer(json::parse(line));
    } catch (const std::exception& error) {
      answer = {{"error", error.what()}};
    }
    std::cout << answer.dump() << std::endl;
  }
  return 0;
}

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("Serves the cells of a definition to a contest with peers.");
  app.add_option("definition", arguments.definition, "The .toml file")
      ->required();
  app.add_option("--threads", arguments.threads, "0: as the definition says")
      ->check(CLI::Range(0, 1024));
  app.add_option("--set", arguments.axes, "As N=1024,2048")
      ->allow_extra_args(false);
  app.add_option("--run-id", arguments.run_id, "Goes into rows");
  return run_command(app, argc, argv, [&] { return serve(arguments); });
}

}  // namespace
}  // namespace suite

int main(int argc, char** argv) {
  suite::match_blas_to_build(argv);
  return suite::main(argc, argv);
}
