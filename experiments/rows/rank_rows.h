// ranks.csv of a run over ranks: what each of them took and did.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "experiments/definition/cell.h"
#include "experiments/measurement/live_cell.h"
#include "experiments/rows/rows.h"
#include "support/files.h"

namespace suite {

class RankRows {
 public:
  // Starts FOLDER/ranks.csv, or goes on with it. Throws Error if it can't be
  // written.
  explicit RankRows(const std::string& folder);

  // A repetition's, one row a rank, in one write; before its rows of cells.csv,
  // so that one that was cut may be there twice, the last of which counts.
  void append(const RunIdentity& run, const Cell& cell, int repetition,
              const std::vector<Measurement::OfRank>& ranks);

 private:
  AppendFile file_;
};

}  // namespace suite
