// What became of each cell: its rows, and a word to who watches.
#pragma once

#include <memory>
#include <string>

#include "experiments/rows/journal.h"
#include "experiments/rows/rank_rows.h"
#include "experiments/rows/rows.h"
#include "experiments/run/progress.h"

namespace suite {

class Outcomes {
 public:
  // Over ranks FOLDER/ranks.csv grows too; see rank_rows.h.
  Outcomes(RunIdentity run, const std::string& folder, Journal& journal,
           Progress& progress);

  void measured(const Cell& cell, int repetition, const Measurement& measured,
                const Cost& declared);
  // Null: the cost is not known either.
  void skipped(const Cell& cell, const std::string& reason,
               const Cost* declared);
  void failed(const Cell& cell, const std::string& reason,
              const Cost* declared);

  const Journal& journal() const { return journal_; }

 private:
  RunIdentity run_;
  Journal& journal_;
  Progress& progress_;
  std::string folder_;
  std::unique_ptr<RankRows> ranks_;  // from the first of them on
};

}  // namespace suite
