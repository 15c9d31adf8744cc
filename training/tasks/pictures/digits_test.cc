#include <gtest/gtest.h>

#include <set>

#include "support/formats/packing.h"
#include "training/tasks/tasks.h"
#include "training/tasks/testing.h"

namespace suite {
namespace {

constexpr char kPath[] =
    "usr/lib/python3/dist-packages/sklearn/datasets/data/digits.csv.gz";
constexpr std::size_t kDigits = 230;

// Digit i is of class i % 10, its first pixels say which one it is.
std::string line(std::size_t i) {
  std::string text = std::to_string(i % 10) + "," + std::to_string(i / 10 % 17);
  for (std::size_t pixel = 2; pixel < 64; ++pixel) {
    text += "," + std::to_string(pixel % 17);
  }
  return text + "," + std::to_string(i % 10) + "\n";
}

std::string lines(std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += line(i);
  return text;
}

class Digits : public testing::Test {
 protected:
  std::unique_ptr<Task> read(const std::string& content) {
    write_packed(root_, kPath, content);
    return make_task("digits", root_.path());
  }
  void refused(const std::string& content, const std::string& part) {
    expect_refused([&] { read(content); }, {root_.path(kPath) + ": ", part});
  }

  TestFolder root_;
};

TEST_F(Digits, AreATask) {
  const auto task = read(lines(kDigits));
  expect_a_task(*task);
  EXPECT_EQ(task->facts().name, "digits");
  EXPECT_EQ(task->facts().inputs, 64u);
  EXPECT_EQ(task->facts().channels, 1u);
  EXPECT_EQ(task->facts().grid, (std::vector<std::size_t>{8, 8}));
}

TEST_F(Digits, AreSplitByClassAndEachIsInOne) {
  const auto task = read(lines(kDigits));
  // 23 of each class: a fifth is 4.
  EXPECT_EQ(task->size(Split::train), 150u);
  EXPECT_EQ(task->size(Split::held_out), 40u);
  EXPECT_EQ(task->size(Split::test), 40u);
  std::multiset<std::pair<float, float>> seen;
  for (const Split split : kSplits) {
    const Examples examples = first_examples(*task, split, kDigits);
    std::vector<std::size_t> of_class(10);
    for (std::size_t e = 0; e < examples.labels.size(); ++e) {
      const std::vector<float> values = values_of(examples, e);
      ++of_class[static_cast<std::size_t>(examples.labels[e])];
      // A pixel v is handed out as (v − 5)/6; the first is the class.
      EXPECT_FLOAT_EQ(values[0] * 6 + 5,
                      static_cast<float>(examples.labels[e]));
      EXPECT_FLOAT_EQ(values[63], (63 % 17 - 5) / 6.0f);
      seen.emplace(values[0], values[1]);
    }
    EXPECT_EQ(of_class, std::vector<std::size_t>(10, task->size(split) / 10));
  }
  EXPECT_EQ(seen.size(), kDigits);
  std::multiset<std::pair<float, float>> all;
  for (std::size_t i = 0; i < kDigits; ++i) {
    all.emplace((static_cast<float>(i % 10) - 5) / 6,
                (static_cast<float>(i / 10 % 17) - 5) / 6);
  }
  EXPECT_EQ(seen, all);
}

TEST_F(Digits, OtherFilesAreRefused) {
  const std::string whole = lines(kDigits);
  refused(whole + "1,2\n", "line 231: 2 fields, not 65");
  refused(whole.substr(0, whole.size() - 1), "ends within line 230");
  std::string other = whole;
  other.replace(other.find('\n') + 3, 1, "17");
  refused(other, "line 2, field 2: allowed are whole numbers from 0 to 16");
  other = whole;
  other.replace(0, 1, "x");
  refused(other, "line 1, field 1: allowed are whole numbers from 0 to 16");
  other.replace(0, 1, "");
  refused(other, "line 1, field 1");
  refused(whole + line(0).substr(0, line(0).size() - 2) + "10\n",
          "line 231, field 65: allowed are whole numbers from 0 to 9");
  refused(lines(49), "4 digits of class 9, needed are 5");
  refused(std::string(1 << 21, '\n'), "more than the 1048576 bytes");
  root_.write(kPath, packed(whole).substr(0, 100));
  expect_refused([&] { make_task("digits", root_.path()); },
                 {root_.path(kPath) + ": ends at byte 100"});
}

}  // namespace
}  // namespace suite
