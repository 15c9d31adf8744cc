// Every class of Hugging Face's Perceivers, with weights made by a formula, against
// what the library itself answered: see make_golden.py.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "pretrained/golden/golden_case.h"
#include "support/formats/safetensors.h"

namespace suite::golden {
namespace {

std::vector<std::string> case_names() {
  std::vector<std::string> names;
  for (const auto& item : cases().items()) names.push_back(item.key());
  return names;
}

class Parity : public testing::TestWithParam<std::string> {};

TEST_P(Parity, AnswersAsHuggingFaceDoes) {
  const Json& c = cases().at(GetParam());
  const IoModel<float> model = model_of<float>(c);
  Ledger ledger;
  const RawArrays<float> arrays = arrays_of(c, model);
  auto workspace = model.workspace();
  const Outputs<float>& outputs =
      model.forward(input_with(arrays, c), workspace, ledger);
  const Safetensors expected(std::string(kFolder) + "expected.safetensors");
  std::size_t compared = 0;
  for (const auto& [name, ours] : outputs) {
    std::vector<float> theirs(ours.size());
    const std::string key = GetParam() + "/" + name;
    ASSERT_EQ(elements(expected.shape(key)), ours.size()) << key;
    expected.read(key, std::span<float>(theirs));
    double largest = 0, difference = 0;
    for (std::size_t i = 0; i < theirs.size(); ++i) {
      largest = std::max<double>(largest, std::abs(theirs[i]));
      const double off = std::abs(theirs[i] - ours.data()[i]);
      // std::max would drop a NaN.
      difference = std::isnan(off) ? HUGE_VAL : std::max(difference, off);
    }
    EXPECT_GT(largest, 0.001) << name;
    EXPECT_LE(difference, 1e-4 * largest) << name << ", largest " << largest;
    ++compared;
  }
  EXPECT_GE(compared, 1u);
}

INSTANTIATE_TEST_SUITE_P(All, Parity, testing::ValuesIn(case_names()),
                         [](const auto& each) { return each.param; });

}  // namespace
}  // namespace suite::golden
