#include "experiments/rows/rank_rows.h"

#include <fmt/core.h>

#include <filesystem>

#include "support/csv.h"

namespace suite {
namespace {

constexpr char kHeader[] =
    "run_id,cell_id,repetition,rank,seconds,exchange_seconds,macs,bytes_sent,"
    "bytes_peak\n";

std::string path_in(const std::string& folder) { return folder + "/ranks.csv"; }

}  // namespace

RankRows::RankRows(const std::string& folder) : file_(path_in(folder)) {
  if (std::filesystem::file_size(path_in(folder)) == 0) file_.append(kHeader);
}

void RankRows::append(const RunIdentity& run, const Cell& cell, int repetition,
                      const std::vector<Measurement::OfRank>& ranks) {
  std::string text;
  for (std::size_t rank = 0; rank < ranks.size(); ++rank) {
    const Measurement::OfRank& own = ranks[rank];
    text += fmt::format("{},{},{},{},{},{},{},{},{}\n", run.run_id,
                        csv_field(cell.id), repetition, rank,
                        exact(own.seconds), exact(own.exchange_seconds),
                        own.macs, own.bytes_sent, own.bytes_peak);
  }
  file_.append(text);
}

}  // namespace suite
