// The digits of scikit-learn, 8×8 pixels from 0 to 16 in a CSV with the label
// behind: 1,797 of the UCI repository's "Optical Recognition of Handwritten
// Digits". Its 13 writers are in all splits.
#include <algorithm>
#include <charconv>
#include <numeric>

#include "primitives/random.h"
#include "support/check.h"
#include "support/csv.h"
#include "training/tasks/package_file.h"
#include "training/tasks/pictures/byte_examples.h"
#include "training/tasks/pictures/kinds.h"

namespace suite {
namespace {

constexpr char kPackage[] = "python3-sklearn";
constexpr char kPath[] =
    "usr/lib/python3/dist-packages/sklearn/datasets/data/digits.csv.gz";
constexpr std::size_t kPixels = 64, kClasses = 10;
constexpr unsigned kWhite = 16;

// Of field `column` of line `line`, counted from 1.
std::uint8_t value_of(const std::string& field, unsigned most,
                      const std::string& file, std::size_t line,
                      std::size_t column) {
  unsigned value = 0;
  const char* end = field.data() + field.size();
  const auto [stop, error] = std::from_chars(field.data(), end, value);
  require(error == std::errc() && stop == end && value <= most,
          "{}: line {}, field {}: allowed are whole numbers from 0 to {}", file,
          line, column, most);
  return static_cast<std::uint8_t>(value);
}

void read_lines(const std::string& file, std::string_view text,
                ByteExamples& examples) {
  std::vector<std::string> fields;
  std::size_t line = 1;
  for (; take_csv_line(text, fields); ++line) {
    require(fields.size() == kPixels + 1, "{}: line {}: {} fields, not {}",
            file, line, fields.size(), kPixels + 1);
    for (std::size_t i = 0; i < kPixels; ++i) {
      examples.bytes +=
          static_cast<char>(value_of(fields[i], kWhite, file, line, i + 1));
    }
    examples.labels.push_back(
        value_of(fields.back(), kClasses - 1, file, line, kPixels + 1));
  }
  require(text.empty(), "{}: ends within line {}", file, line);
}

// A fifth of each class is held out and a fifth is for the test, drawn by the
// digits' numbers alone: in another file order they would be others.
void split_by_class(const std::string& file, ByteExamples& examples) {
  std::vector<std::vector<std::uint32_t>> of_class(kClasses);
  for (std::uint32_t i = 0; i < examples.labels.size(); ++i) {
    of_class[examples.labels[i]].push_back(i);
  }
  const auto draw = [](std::uint32_t i) { return derive_seed(i, "digits"); };
  for (std::size_t c = 0; c < kClasses; ++c) {
    auto& members = of_class[c];
    require(members.size() >= 5, "{}: {} digits of class {}, needed are 5",
            file, members.size(), c);
    std::sort(members.begin(), members.end(),
              [&](auto a, auto b) { return draw(a) < draw(b); });
    const std::size_t fifth = members.size() / 5;
    for (std::size_t rank = 0; rank < members.size(); ++rank) {
      const Split split = rank < fifth       ? Split::test
                          : rank < 2 * fifth ? Split::held_out
                                             : Split::train;
      examples.of(split).push_back(members[rank]);
    }
  }
  for (auto& numbers : examples.splits) {
    std::sort(numbers.begin(), numbers.end());
  }
}

std::unique_ptr<Task> make(const Named& named, const std::string& root) {
  const std::string file = path_of_package(root, kPath, kPackage);
  ByteExamples examples{.facts = facts_of(named, kPackage)};
  examples.facts.inputs = kPixels;
  examples.facts.channels = 1;
  examples.facts.grid = {8, 8};
  examples.facts.classes = numbered_classes(kClasses);
  examples.order.resize(kPixels);
  std::iota(examples.order.begin(), examples.order.end(), 0);
  // Over all digits the mean is 4.88, the deviation 6.02.
  examples.facts.pixels = {.white = kWhite, .middle = 5, .unit = 6};
  read_lines(file, unpack(file, 1 << 20), examples);
  split_by_class(file, examples);
  return task_of(std::move(examples));
}

}  // namespace

TaskKind digits_kind() { return {{"digits", {}}, {kPackage}, make}; }

}  // namespace suite
