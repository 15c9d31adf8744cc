// Ten steps of each optimiser, with clipping, decay and a schedule, against
// where PyTorch and optax took the same parameters: see make_golden.py.
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>

#include "contract/golden/formula.h"
#include "training/clip.h"
#include "training/optimiser.h"
#include "training/schedule.h"
#include "training/testing.h"

namespace suite {
namespace {

using Json = nlohmann::json;

const Json& golden_file() {
  static const Json kFile = [] {
    std::ifstream file("training/golden/golden.json");
    return Json::parse(file);
  }();
  return kFile;
}

std::vector<std::string> case_names() {
  std::vector<std::string> names;
  for (const auto& item : golden_file().at("cases").items()) {
    names.push_back(item.key());
  }
  return names;
}

template <class T>
void fill(const Parameter<T>& each, const std::string& name, double scale) {
  const auto drawn = golden::uniform(name, each.values.size());
  for (std::size_t i = 0; i < drawn.size(); ++i) {
    each.values[i] = static_cast<T>(scale * drawn[i]);
  }
}

// The scale of step t's gradient, which make_golden.py has too.
double scale_of(std::size_t step) {
  constexpr double kScales[] = {0.25, 1, 0.5, 2};
  return kScales[step % 4];
}

// The largest difference from theirs, of all steps, relative to the largest
// value.
template <class T>
double difference(const Json& c) {
  NamedTensors<T> model(
      golden_file()
          .at("shapes")
          .get<
              std::vector<std::pair<std::string, std::vector<std::size_t>>>>());
  const auto gradient = model.copy();
  model.for_each_parameter([](const Parameter<T>& each) {
    if (!each.name.starts_with("head")) fill(each, each.name, 1);
  });
  Optimiser<T> optimiser(parse_recipe(c.at("recipe").get<std::string>()),
                         model);
  const Schedule schedule = parse_schedule(c.at("schedule").get<std::string>());
  const double most = c.value("most", std::numeric_limits<double>::infinity());
  double largest = 0, worst = 0;
  for (std::size_t step = 0; step < c.at("steps").size(); ++step) {
    gradient->for_each_parameter([&](const Parameter<T>& each) {
      fill(each, each.name + ".gradient" + std::to_string(step),
           scale_of(step));
    });
    Ledger ledger;
    const Clip clip = clip_by_global_norm(*gradient, most, ledger);
    const double norm = c.at("norms").at(step);
    EXPECT_NEAR(clip.norm, norm, 1e-14 * norm) << step;
    optimiser.update(model, *gradient, schedule.at(step), clip, ledger);
    const auto theirs = c.at("steps").at(step).get<std::vector<double>>();
    std::size_t at = 0;
    model.for_each_parameter([&](const Parameter<T>& each) {
      for (const T ours : each.values) {
        largest = std::max(largest, std::abs(theirs.at(at)));
        const double off =
            std::abs(static_cast<double>(ours) - theirs.at(at++));
        worst = std::isnan(off) ? HUGE_VAL : std::max(worst, off);
      }
    });
    EXPECT_EQ(at, theirs.size());
  }
  EXPECT_EQ(optimiser.steps(), 10u);
  EXPECT_GT(largest, 0.1);
  return worst / largest;
}

class Parity : public testing::TestWithParam<std::string> {
 protected:
  const Json& golden() const {
    return golden_file().at("cases").at(GetParam());
  }
};

TEST_P(Parity, GoesWhereThePackageWent) {
  EXPECT_LE(difference<double>(golden()), 1e-12) << golden().at("source");
  EXPECT_LE(difference<float>(golden()), 1e-5) << golden().at("source");
}

TEST_P(Parity, HasTheRatesOfThePackage) {
  const Schedule schedule =
      parse_schedule(golden().at("schedule").get<std::string>());
  const auto rates = golden().at("rates").get<std::vector<double>>();
  for (std::size_t step = 0; step < rates.size(); ++step) {
    EXPECT_NEAR(schedule.at(step), rates[step], 1e-15) << step;
  }
}

// Or what the steps were to compare wasn't compared.
TEST_P(Parity, SomeStepsAreClippedAndSomeAreNot) {
  if (!golden().contains("most")) return;
  const double most = golden().at("most");
  int clipped = 0;
  for (const double norm : golden().at("norms")) clipped += norm > most;
  EXPECT_GT(clipped, 2);
  EXPECT_LT(clipped, 8);
}

INSTANTIATE_TEST_SUITE_P(All, Parity, testing::ValuesIn(case_names()),
                         [](const auto& each) { return each.param; });

}  // namespace
}  // namespace suite
