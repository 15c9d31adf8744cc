// Writes the traces of a definition's cells over ranks, and what is in them.
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>

#include "experiments/definition/axes.h"
#include "experiments/definition/cell.h"
#include "experiments/replay/trace.h"
#include "primitives/exchange/range_tree.h"
#include "support/check.h"
#include "support/command_line.h"
#include "support/files.h"
#include "support/quantities.h"

namespace suite {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint64_t kMostRanks = 1 << 20;
constexpr std::uint64_t kMostThreads = 1024;

struct Arguments {
  std::string definition, ranks, threads = "1", filter, out;
  std::vector<std::string> axes;
};

std::vector<std::size_t> counts_of_ranks(const std::string& text) {
  std::vector<std::size_t> counts;
  std::istringstream list(text);
  for (std::string each; std::getline(list, each, ',');) {
    counts.push_back(whole_from("--ranks", each, 1, kMostRanks));
  }
  require(!counts.empty(), "--ranks: give numbers of ranks, as in 2,8,64");
  return counts;
}

Json json_of(const Cost& cost) {
  Json parts = Json::object();
  for (int part = 0; part < kParts; ++part) {
    const Work& work = cost.parts[part];
    if (work == Work()) continue;
    parts[std::string(kPartNames[part])] = {{"flops", work.flops()},
                                            {"bytes", work.bytes_moved}};
  }
  return parts;
}

Json described(const Cell& cell) {
  Json letters = Json::object();
  for (const std::string_view name : kDimensions) {
    if (cell.entry.contestant->facts.reads(name)) {
      letters[std::string(name)] = dimension(cell.shape, name);
    }
  }
  return {{"cell_id", cell.id},
          {"contestant", cell.label()},
          {"letters", std::move(letters)},
          {"threads", cell.threads},
          {"scalar", cell.scalar},
          {"ranks", cell.ranks}};
}

// What rank 0 does; the trace of all of them goes into a file of `folder`.
void add_traces(Json& json, const Cell& cell, Scheme scheme,
                const std::string& folder, std::size_t number) {
  const RankTraces traces(cell, scheme);
  const RankWork first = traces.work(0);
  std::string text;
  for (std::size_t rank = 0; rank < cell.ranks; ++rank) {
    text += traces.lines(rank);
  }
  const std::string name = fmt::format("{:04}.trace", number);
  replace_file(folder + "/" + name, text);
  json["trace"] = name;
  json["inputs"] = share_of(cell.shape.N, 0, cell.ranks).inputs();
  json["flops"] = first.read.total().flops() + first.latent.total().flops();
  json["bytes_sent"] = first.bytes_sent;
  json["messages"] = first.messages;
  if (first.bytes_held > 0) json["bytes_held"] = first.bytes_held;
  json["read"] = json_of(first.read);
  json["latent"] = json_of(first.latent);
}

int run(const Arguments& a) {
  require(!a.definition.empty(), "no definition is given: a .toml file");
  const Definition definition =
      read_definition(user_path(a.definition), a.axes);
  const auto threads =
      static_cast<int>(whole_from("--threads", a.threads, 1, kMostThreads));
  const std::string folder = user_path(a.out);
  make_folder(folder);
  Json cells = Json::array();
  for (const std::size_t ranks : counts_of_ranks(a.ranks)) {
    for (const Cell& cell :
         chosen_cells(definition, {threads}, a.filter, ranks)) {
      Json& json = cells.emplace_back(described(cell));
      const std::optional<Scheme> scheme = scheme_of(cell);
      if (!scheme) {
        json["reason"] = cell.label() + " is not replayed over ranks";
        continue;
      }
      json["exchange"] = name_of(*scheme);
      try {
        add_traces(json, cell, *scheme, folder, cells.size());
      } catch (const FileError&) {
        throw;
      } catch (const Error& refusal) {
        json["reason"] = refusal.what();
      }
    }
  }
  const Json all = {{"experiment", definition.name},
                    {"definition_sha256", definition.sha256},
                    {"definition", definition.text},
                    {"cells", std::move(cells)}};
  replace_file(folder + "/traces.json", all.dump(1) + "\n");
  return 0;
}

int main(int argc, char** argv) {
  Arguments a;
  CLI::App app("Writes what cells over ranks would compute and send.");
  app.add_option("definition", a.definition, "The experiment's .toml file");
  app.add_option("--ranks", a.ranks, "Numbers of ranks, as in 2,8,64")
      ->required();
  app.add_option("--threads", a.threads, "Threads of a rank");
  app.add_option("--set", a.axes, "LETTER=VALUES in place of the definition's")
      ->allow_extra_args(false);
  app.add_option("--filter", a.filter,
                 "Only cells whose id this regular expression finds");
  app.add_option("--out", a.out, "Folder to write to")->required();
  return run_command(app, argc, argv, [&] { return run(a); });
}

}  // namespace
}  // namespace suite

int main(int argc, char** argv) { return suite::main(argc, argv); }
