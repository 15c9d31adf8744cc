#include "experiments/rows/journal.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <filesystem>

#include "support/check.h"

namespace suite {
namespace {

Record row(const std::string& cell, int repetition, const std::string& part,
           const std::string& status = "ok") {
  Record record;
  record["schema"] = std::to_string(kSchema);
  record["cell_id"] = cell;
  record["part"] = part;
  record["status"] = status;
  if (status == "ok") {
    record["repetition"] = std::to_string(repetition);
    record["seconds"] = "0.5";
  }
  return record;
}

std::vector<Record> repetition(const std::string& cell, int index) {
  return {row(cell, index, "scores"), row(cell, index, "total")};
}

class JournalTest : public testing::Test {
 protected:
  JournalTest() : folder_(testing::TempDir() + "journal") {
    std::filesystem::remove_all(folder_);
    make_folder(folder_);
  }
  std::string path() const { return folder_ + "/cells.csv"; }

  std::string folder_;
};

TEST_F(JournalTest, WhatIsAppendedIsOnDiskAtOnce) {
  Journal journal(folder_, false);
  EXPECT_EQ(read_file(path()), header_line());
  journal.append(repetition("a", 0));
  EXPECT_EQ(read_file(path()), header_line() + row("a", 0, "scores").line() +
                                   row("a", 0, "total").line());
}

TEST_F(JournalTest, ResumingRefusesWhatIsNoNumber) {
  for (const auto& [column, text] : {std::pair("repetition", ""),
                                     {"repetition", "first"},
                                     {"repetition", "1e400"},
                                     {"seconds", ""},
                                     {"seconds", "nan"},
                                     {"macs", "many"},
                                     {"bytes_peak", "-1"}}) {
    Record edited = row("a", 1, "total");
    edited[column] = text;
    replace_file(path(),
                 header_line() + row("a", 0, "total").line() + edited.line());
    try {
      const Journal journal(folder_, true);
      ADD_FAILURE() << column << " = " << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.what(), fmt::format("{}:3: {} = \"{}\" is not a number",
                                          path(), column, text));
    }
  }
}

TEST_F(JournalTest, ResumingKnowsWhatIsFinishedAndWhatIsSettled) {
  {
    Journal journal(folder_, false);
    journal.append(repetition("a", 0));
    journal.append(repetition("a", 2));
    journal.append({row("b", 0, "total", "skipped")});
  }
  const Journal journal(folder_, true);
  EXPECT_TRUE(journal.finished("a", 0));
  EXPECT_FALSE(journal.finished("a", 1));
  EXPECT_TRUE(journal.finished("a", 2));
  EXPECT_FALSE(journal.finished("b", 0));
  EXPECT_TRUE(journal.settled("b"));
  EXPECT_FALSE(journal.settled("a"));
  EXPECT_EQ(journal.rows().size(), 5u);
  EXPECT_EQ(journal.dropped(), 0u);
}

TEST_F(JournalTest, NobodyGoesOnWithAPublishedRun) {
  replace_file(path() + ".gz", "");
  for (const bool resume : {false, true}) {
    EXPECT_THROW(Journal(folder_, resume), Error);
    EXPECT_FALSE(std::filesystem::exists(path()));
  }
}

// Wherever a write was cut, whole repetitions stay and the rest goes.
TEST_F(JournalTest, ACutAtAnyByteLosesOnlyTheUnfinished) {
  const std::string first = row("a", 0, "scores").line() +
                            row("a", 0, "total").line();
  const std::string second = row("a", 1, "scores").line() +
                             row("a", 1, "total").line();
  const std::string whole = header_line() + first + second;
  for (std::size_t size = header_line().size(); size <= whole.size(); ++size) {
    replace_file(path(), whole.substr(0, size));
    Journal journal(folder_, true);
    const bool has_first = size >= header_line().size() + first.size();
    const bool has_second = size == whole.size();
    const std::string_view kept = std::string_view(whole).substr(0, size);
    const auto lines = std::count(kept.begin(), kept.end(), '\n');
    const std::size_t whole_rows = has_second ? 4 : has_first ? 2 : 0;
    EXPECT_EQ(journal.rows().size(), whole_rows) << size;
    EXPECT_EQ(journal.dropped(), static_cast<std::size_t>(lines) - 1 -
                                     whole_rows +
                                     (kept.ends_with('\n') ? 0 : 1))
        << size;
    EXPECT_EQ(journal.finished("a", 0), has_first) << size;
    EXPECT_EQ(journal.finished("a", 1), has_second) << size;
    EXPECT_EQ(read_file(path()), header_line() + (has_first ? first : "") +
                                     (has_second ? second : ""))
        << size;
    journal.append(repetition("b", 0));
    EXPECT_EQ(journal.rows().size(), whole_rows + repetition("b", 0).size());
    EXPECT_TRUE(Journal(folder_, true).finished("b", 0)) << size;
  }
}

TEST_F(JournalTest, AHeaderThatWasCutIsWrittenAnew) {
  replace_file(path(), header_line().substr(0, 10));
  Journal(folder_, true).append(repetition("a", 0));
  EXPECT_TRUE(Journal(folder_, true).finished("a", 0));
}

TEST_F(JournalTest, ARunIsNotWrittenOverAnother) {
  Journal(folder_, false);
  EXPECT_THROW(Journal(folder_, false), Error);
}

TEST_F(JournalTest, AFullDiskLosesNothingWritten) {
  Journal journal(folder_, false);
  journal.append(repetition("a", 0));
  const std::string before = read_file(path());
  rlimit kept;
  getrlimit(RLIMIT_FSIZE, &kept);
  const rlimit full{before.size() + 5, kept.rlim_max};
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &full);
  EXPECT_THROW(journal.append(repetition("a", 1)), Error);
  setrlimit(RLIMIT_FSIZE, &kept);
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(read_file(path()), before);
}

}  // namespace
}  // namespace suite
