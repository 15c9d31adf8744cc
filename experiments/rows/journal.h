// A run's cells.csv while it grows: what is in it survives, and is not done
// again.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "experiments/rows/record.h"
#include "support/files.h"

namespace suite {

class Journal {
 public:
  // Starts FOLDER/cells.csv, or goes on with it: a line that was cut and rows
  // of a repetition that was not completed are dropped. Throws Error if the
  // file exists and is not to be resumed, holds no numbers where it should, or
  // cannot be written.
  Journal(const std::string& folder, bool resume);

  // In one write: all of a repetition, or nothing.
  void append(const std::vector<Record>& rows);

  bool finished(const std::string& cell_id, int repetition) const;
  // Was the cell skipped, or did it fail, in an earlier sitting?
  bool settled(const std::string& cell_id) const;

  const std::vector<Record>& rows() const { return rows_; }
  std::size_t dropped() const { return dropped_; }  // lines, on resuming

 private:
  void load(const std::string& path);
  void note(const Record& row);

  std::vector<Record> rows_;
  std::map<std::string, std::set<int>> finished_;
  std::set<std::string> settled_;
  std::size_t dropped_ = 0;
  std::unique_ptr<AppendFile> file_;
};

}  // namespace suite
