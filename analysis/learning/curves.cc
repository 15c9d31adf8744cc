#include "analysis/learning/curves.h"

#include <algorithm>
#include <charconv>
#include <map>

#include "experiments/learning/run/curve.h"
#include "support/check.h"
#include "support/csv.h"
#include "support/formats/packed_file.h"

namespace suite {
namespace {

// One line, with its place for complaints.
class Row {
 public:
  Row(std::string place, const std::vector<std::string>& fields)
      : place_(std::move(place)), fields_(fields) {
    require(fields.size() == kCurveColumns.size(),
            "{}: {} fields, there must be {}", place_, fields.size(),
            kCurveColumns.size());
    require(text("schema") == std::to_string(kCurvesSchema),
            "{}: schema {}, this build reads {}", place_, text("schema"),
            kCurvesSchema);
  }

  const std::string& text(std::string_view column) const {
    return fields_[static_cast<std::size_t>(
        std::find(kCurveColumns.begin(), kCurveColumns.end(), column) -
        kCurveColumns.begin())];
  }

  template <class T>
  T number(std::string_view column) const {
    const std::string& field = text(column);
    T value{};
    const char* end = field.data() + field.size();
    const auto [rest, error] = std::from_chars(field.data(), end, value);
    require(error == std::errc() && rest == end, "{}: {} = \"{}\" is no number",
            place_, column, field);
    return value;
  }

  // Nothing of an empty field.
  std::optional<double> measured(std::string_view column) const {
    if (text(column).empty()) return std::nullopt;
    return number<double>(column);
  }

  CurvePoint point() const {
    CurvePoint point{number<std::uint64_t>("step"), number<double>("seconds"),
                     number<double>("macs"), number<double>("loss"),
                     number<double>("accuracy")};
    point.train_loss = measured("train_loss");
    point.latent_information = measured("latent_information");
    return point;
  }

  const std::string& place() const { return place_; }

 private:
  std::string place_;
  const std::vector<std::string>& fields_;
};

void note(const Row& row, Curve& curve) {
  const std::string& split = row.text("split");
  if (row.text("status") == "failed") {
    curve.failure = row.text("reason");
  } else if (split == "held_out") {
    curve.held_out.push_back(row.point());
  } else if (split == "train") {
    curve.train = row.point();
  } else if (split == "test") {
    curve.test = row.point();
  } else {
    throw Error(fmt::format("{}: split = \"{}\"; allowed are train, held_out "
                            "and test",
                            row.place(), split));
  }
}

}  // namespace

std::optional<double> Curve::seconds_to(double accuracy) const {
  for (const CurvePoint& point : held_out) {
    if (point.accuracy >= accuracy) return point.seconds;
  }
  return std::nullopt;
}

std::vector<Curve> read_curves(const std::string& folder) {
  const std::string path = plain_or_packed(folder + "/curves.csv");
  const std::string text = read_plain_or_packed(folder + "/curves.csv");
  std::string_view rest = text;
  std::vector<std::string> fields;
  std::vector<Curve> curves;
  std::map<std::pair<std::string, std::uint64_t>, std::size_t> index;
  for (std::size_t line = 1; take_csv_line(rest, fields); ++line) {
    if (line == 1) {
      require(std::equal(fields.begin(), fields.end(), kCurveColumns.begin(),
                         kCurveColumns.end()),
              "{}:1: not the header of curves.csv of schema {}", path,
              kCurvesSchema);
      continue;
    }
    const Row row(fmt::format("{}:{}", path, line), fields);
    const auto seed = row.number<std::uint64_t>("seed");
    const auto [found, is_new] =
        index.emplace(std::pair(row.text("learner"), seed), curves.size());
    if (is_new) {
      curves.push_back({.experiment = row.text("experiment"),
                        .run_id = row.text("run_id"),
                        .definition_sha256 = row.text("definition_sha256"),
                        .learner = row.text("learner"),
                        .seed = seed,
                        .threads = row.number<int>("threads"),
                        .parameters = row.number<std::uint64_t>("parameters")});
    }
    note(row, curves[found->second]);
  }
  return curves;
}

}  // namespace suite
