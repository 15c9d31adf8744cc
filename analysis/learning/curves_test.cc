#include "analysis/learning/curves.h"

#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>

#include "analysis/learning/learning_run.h"
#include "experiments/learning/run/curve.h"
#include "support/check.h"
#include "support/files.h"
#include "support/formats/packing.h"

namespace suite {
namespace {

const std::string& folder() {
  static const std::string path = testing::TempDir() + "curves";
  return path;
}

std::string header() {
  return fmt::format("{}\n", fmt::join(kCurveColumns, ","));
}

std::string line(const std::map<std::string, std::string>& fields) {
  std::map<std::string, std::string> all{{"schema", "1"},
                                         {"experiment", "digits"},
                                         {"learner", "perceiver"},
                                         {"run_id", "now"},
                                         {"threads", "2"},
                                         {"parameters", "77"},
                                         {"seed", "1"},
                                         {"step", "0"},
                                         {"seconds", "0"},
                                         {"macs", "0"},
                                         {"split", "held_out"},
                                         {"loss", "2.3"},
                                         {"accuracy", "0.1"},
                                         {"status", "ok"}};
  for (const auto& [column, value] : fields) all[column] = value;
  std::string text;
  for (const std::string_view column : kCurveColumns) {
    if (column != kCurveColumns.front()) text += ',';
    text += all[std::string(column)];
  }
  return text + "\n";
}

std::vector<Curve> read(const std::string& text) {
  std::filesystem::remove_all(folder());
  make_folder(folder());
  replace_file(folder() + "/curves.csv", text);
  return read_curves(folder());
}

std::string refusal(const std::string& text) {
  try {
    read(text);
  } catch (const Error& error) {
    const std::string what = error.what();
    return what.substr(what.find("curves.csv") + 10);
  }
  return "";
}

TEST(ReadCurves, TellsLearnersAndSeedsApart) {
  const std::vector<Curve> curves =
      read(header() + line({}) + line({{"seed", "2"}}) +
           line({{"step", "10"},
                 {"seconds", "1.5"},
                 {"accuracy", "0.7"},
                 {"train_loss", "1.9"}}) +
           line({{"step", "10"}, {"split", "train"}, {"accuracy", "0.8"}}) +
           line({{"step", "10"}, {"split", "test"}, {"accuracy", "0.75"}}) +
           line({{"learner", "transformer"}}));
  ASSERT_EQ(curves.size(), 3u);
  EXPECT_EQ(curves[0].held_out.size(), 2u);
  EXPECT_EQ(curves[0].seconds_to(0.6), 1.5);
  EXPECT_EQ(curves[0].train->accuracy, 0.8);
  EXPECT_EQ(curves[0].test->accuracy, 0.75);
  EXPECT_EQ(curves[0].parameters, 77u);
  EXPECT_EQ(curves[0].threads, 2);
  EXPECT_EQ(curves[0].run_id, "now");
  EXPECT_FALSE(curves[0].held_out[0].train_loss.has_value());
  EXPECT_EQ(curves[0].held_out[1].train_loss, 1.9);
  EXPECT_EQ(curves[1].seed, 2u);
  EXPECT_FALSE(curves[1].test.has_value());
  EXPECT_EQ(curves[2].learner, "transformer");
}

TEST(ReadCurves, KnowsWhatFailed) {
  const std::vector<Curve> curves =
      read(header() + line({{"status", "failed"},
                            {"reason", "step 3: the loss is nan"},
                            {"loss", ""},
                            {"accuracy", ""}}));
  EXPECT_EQ(curves.front().failure, "step 3: the loss is nan");
}

TEST(ReadCurves, LeavesACutLineOut) {
  const std::string whole = header() + line({});
  EXPECT_EQ(read(whole + "1,digits,\"per").size(), 1u);
}

TEST(ReadCurves, ReadsPublishedRowsAsTheyWere) {
  read(header() + line({}) + line({{"seed", "2"}}));
  const std::string path = folder() + "/curves.csv";
  const std::string text = read_file(path);
  std::filesystem::remove(path);
  EXPECT_FALSE(is_learning_run(folder()));
  replace_file(path + ".gz", packed(text));
  EXPECT_TRUE(is_learning_run(folder()));
  EXPECT_EQ(read_curves(folder()).size(), 2u);
  replace_file(path + ".gz", packed(text + "1,2\n"));
  try {
    read_curves(folder());
    FAIL() << "rows of two fields were read";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("curves.csv.gz:4: 2 fields"),
              std::string::npos)
        << error.what();
  }
}

TEST(ReadCurves, RefusesInOneLine) {
  EXPECT_EQ(refusal("schema,experiment\n"),
            ":1: not the header of curves.csv of schema 1");
  EXPECT_EQ(refusal(header() + line({{"schema", "2"}})),
            ":2: schema 2, this build reads 1");
  EXPECT_EQ(refusal(header() + line({{"loss", "much"}})),
            ":2: loss = \"much\" is no number");
  EXPECT_EQ(refusal(header() + line({{"split", "all"}})),
            ":2: split = \"all\"; allowed are train, held_out and test");
  EXPECT_EQ(refusal(header() + "1,2\n"),
            ":2: 2 fields, there must be 42");
}

}  // namespace
}  // namespace suite
