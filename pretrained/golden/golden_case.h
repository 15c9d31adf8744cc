// The golden cases: models with weights, inputs and masks made by a formula, see
// make_golden.py.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "contract/golden/formula.h"
#include "perceiver/io/model.h"
#include "pretrained/huggingface/config.h"
#include "pretrained/huggingface/load.h"
#include "pretrained/huggingface/names.h"

namespace suite::golden {

using Json = nlohmann::json;
using Extents = std::vector<std::size_t>;

inline const char kFolder[] = "pretrained/golden/";

inline const Json& cases() {
  static const Json kCases = [] {
    std::ifstream file(std::string(kFolder) + "cases.json");
    return Json::parse(file).at("cases");
  }();
  return kCases;
}

template <class T>
void fill(const std::string& architecture, const Parameter<T>& p) {
  const std::string name = huggingface_name(architecture, p.name);
  const Extents shape = huggingface_shape(p, name);
  const std::vector<float> theirs = weight(name, shape);
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

inline InputShapes shapes_of(const Json& inputs) {
  InputShapes shapes;
  for (const auto& item : inputs.items()) {
    if (item.key() != "label") shapes[item.key()] = item.value().get<Extents>();
  }
  return shapes;
}

template <class T>
RawArrays<T> arrays_of(const Json& c, const IoModel<T>& model) {
  const InputShapes shapes = shapes_of(c.at("inputs"));
  RawArrays<T> arrays = model.blank(shapes.begin()->second[0]);
  for (auto& [name, array] : arrays) {
    const Extents& shape = shapes.at(name);
    if (name == "text") {
      array.tokens.resize({shape[0], shape[1]});
      const auto made = tokens(name, array.tokens.size(),
                                       c.at("config").at("vocab_size"));
      std::copy(made.begin(), made.end(), array.tokens.begin());
    } else {
      EXPECT_EQ(array.values.size(), elements(shape));
      const auto made = uniform(name, array.values.size());
      std::copy(made.begin(), made.end(), array.values.begin());
    }
  }
  return arrays;
}

template <class T>
IoInput<T> input_with(const RawArrays<T>& arrays, const Json& c) {
  IoInput<T> input = input_of(arrays);
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

// The model of a case, with its weights.
template <class T>
IoModel<T> model_of(const Json& c) {
  const std::string architecture = c.at("class");
  IoModel<T> model(huggingface_model(c.at("config"), architecture,
                                     shapes_of(c.at("inputs")), "huggingface")
                       .config);
  const auto fill_one = [&](const Parameter<T>& p) { fill(architecture, p); };
  model.for_each_parameter(fill_one);
  model.for_each_statistic(fill_one);
  return model;
}

}  // namespace suite::golden
