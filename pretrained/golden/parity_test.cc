// Every class of Hugging Face's Perceivers, with weights made by a formula, against
// what the library itself answered: see make_golden.py.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "contract/golden/formula.h"
#include "support/formats/safetensors.h"
#include "pretrained/huggingface/config.h"
#include "pretrained/huggingface/load.h"
#include "pretrained/huggingface/names.h"
#include "perceiver/io/model.h"

namespace suite {
namespace {

using Json = nlohmann::json;
using Extents = std::vector<std::size_t>;

const char kFolder[] = "pretrained/golden/";

const Json& cases() {
  static const Json kCases = [] {
    std::ifstream file(std::string(kFolder) + "cases.json");
    return Json::parse(file).at("cases");
  }();
  return kCases;
}

std::vector<std::string> case_names() {
  std::vector<std::string> names;
  for (const auto& item : cases().items()) names.push_back(item.key());
  return names;
}

void fill(const std::string& architecture, const Parameter<float>& p) {
  const std::string name = huggingface_name(architecture, p.name);
  const Extents shape = huggingface_shape(p, name);
  const std::vector<float> theirs = golden::weight(name, shape);
  ASSERT_EQ(theirs.size(), p.values.size()) << p.name;
  const Layout layout = huggingface_layout(p.name);
  const std::size_t out = shape[0], taps = theirs.size() / out;
  const std::size_t squares = layout == Layout::convolution ? 49 : 1;
  for (std::size_t i = 0; i < theirs.size(); ++i) {
    std::size_t to = i;
    if (layout != Layout::plain) {
      // [out, in, k·k] → [k·k, in, out]
      const std::size_t o = i / taps, in = i % taps / squares;
      to = (i % squares * (taps / squares) + in) * out + o;
    }
    p.values[to] = theirs[i];
  }
}

InputShapes shapes_of(const Json& inputs) {
  InputShapes shapes;
  for (const auto& item : inputs.items()) {
    if (item.key() != "label") shapes[item.key()] = item.value().get<Extents>();
  }
  return shapes;
}

RawArrays<float> arrays_of(const Json& c, const IoModel<float>& model) {
  const InputShapes shapes = shapes_of(c.at("inputs"));
  RawArrays<float> arrays = model.blank(shapes.begin()->second[0]);
  for (auto& [name, array] : arrays) {
    const Extents& shape = shapes.at(name);
    if (name == "text") {
      array.tokens.resize({shape[0], shape[1]});
      const auto made = golden::tokens(name, array.tokens.size(),
                                       c.at("config").at("vocab_size"));
      std::copy(made.begin(), made.end(), array.tokens.begin());
    } else {
      EXPECT_EQ(array.values.size(), elements(shape));
      const auto made = golden::uniform(name, array.values.size());
      std::copy(made.begin(), made.end(), array.values.begin());
    }
  }
  return arrays;
}

IoInput<float> input_with(const RawArrays<float>& arrays, const Json& c) {
  IoInput<float> input = input_of(arrays);
  if (c.contains("mask")) {
    const auto rows = c.at("mask").get<std::vector<std::vector<int>>>();
    input.mask.resize({rows.size(), rows[0].size()});
    for (std::size_t i = 0; i < input.mask.size(); ++i) {
      input.mask.data()[i] = static_cast<std::uint8_t>(
          rows[i / rows[0].size()][i % rows[0].size()]);
    }
  }
  if (c.contains("points")) {
    for (const auto& item : c.at("points").items()) {
      input.points[item.key()] = item.value().get<Extents>();
    }
  }
  return input;
}

class Parity : public testing::TestWithParam<std::string> {};

TEST_P(Parity, AnswersAsHuggingFaceDoes) {
  const Json& c = cases().at(GetParam());
  const std::string architecture = c.at("class");
  const HuggingfaceModel described = huggingface_model(
      c.at("config"), architecture, shapes_of(c.at("inputs")), "huggingface");
  IoModel<float> model(described.config);
  const auto fill_one = [&](const Parameter<float>& p) {
    fill(architecture, p);
  };
  model.for_each_parameter(fill_one);
  model.for_each_statistic(fill_one);

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
      difference = std::max<double>(difference,
                                    std::abs(theirs[i] - ours.data()[i]));
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
}  // namespace suite
