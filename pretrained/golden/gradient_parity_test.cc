// Gradients of every class of Hugging Face's Perceivers, in evaluation mode,
// against PyTorch's autograd in double: see make_gradients.py, which says what is
// kept of them.
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>

#include "pretrained/golden/golden_case.h"
#include "support/formats/safetensors.h"

namespace suite::golden {
namespace {

constexpr std::size_t kProjections = 3, kSamples = 8;
constexpr std::size_t kKept = 1 + kProjections + kSamples;

const Safetensors& expected() {
  static const Safetensors kFile(std::string(kFolder) +
                                 "gradients.safetensors");
  return kFile;
}

// By case, by tensor.
using Kept = std::map<std::string, std::vector<double>>;

const std::map<std::string, Kept>& kept() {
  static const std::map<std::string, Kept> kAll = [] {
    std::map<std::string, Kept> all;
    for (const std::string& key : expected().names()) {
      const std::size_t slash = key.find('/');
      std::vector<double>& values =
          all[key.substr(0, slash)][key.substr(slash + 1)];
      values.resize(kKept);
      expected().read(key, std::span<double>(values));
    }
    return all;
  }();
  return kAll;
}

std::vector<std::string> case_names() {
  std::vector<std::string> names;
  for (const auto& [name, tensors] : kept()) names.push_back(name);
  return names;
}

// As summary() of make_gradients.py, but for the directions' products, which come
// with the root of the values' number: what rounding may do to them grows so.
template <class T>
std::vector<double> summary(const NamedTensor<T>& tensor) {
  const std::size_t size = tensor.values.size();
  std::vector<double> all(kKept);
  for (const T value : tensor.values) {
    all[0] = std::max(all[0], std::abs(static_cast<double>(value)));
  }
  for (std::size_t p = 0; p < kProjections; ++p) {
    const auto direction =
        uniform(tensor.name + "/direction" + std::to_string(p), size);
    for (std::size_t i = 0; i < size; ++i) {
      all[1 + p] += direction[i] * tensor.values[i];
    }
  }
  for (std::size_t i = 0; i < kSamples; ++i) {
    all[1 + kProjections + i] =
        tensor.values[(i * size + size / 2) / kSamples];
  }
  return all;
}

// Of an example whose inputs are all hidden there is nothing to compare.
template <class T>
Outputs<T> cotangents(const Json& c, const Outputs<T>& outputs) {
  Outputs<T> all;
  for (const auto& [name, output] : outputs) {
    Tensor<T, 3>& to = all[name];
    to.resize(output.shape());
    const auto made = uniform("cotangent of " + name, to.size());
    for (std::size_t i = 0; i < to.size(); ++i) {
      to.data()[i] = static_cast<T>(made[i]);
    }
    for (std::size_t b = 0; c.contains("mask") && b < to.shape(0); ++b) {
      const auto shown = c.at("mask").at(b).get<std::vector<int>>();
      if (std::count(shown.begin(), shown.end(), 1) > 0) continue;
      const MatrixView<T> rows = example(to, b);
      std::fill_n(rows.data, rows.rows * rows.cols, T(0));
    }
  }
  return all;
}

template <class T>
std::vector<NamedTensor<T>> gradients(const Json& c, Keep keep) {
  const IoModel<T> model = model_of<T>(c);
  const RawArrays<T> arrays = arrays_of(c, model);
  const IoInput<T> input = input_with(arrays, c);
  auto workspace = model.workspace();
  auto trace = model.trace(keep);
  Ledger ledger;
  const Outputs<T> weights =
      cotangents(c, model.forward(input, workspace, ledger, &trace));
  OutputGradients<T> d_outputs;
  for (const auto& [name, values] : weights) d_outputs[name] = &values;
  IoModel<T> gradient = model;
  gradient.for_each_parameter([](const Parameter<T>& p) {
    std::fill(p.values.begin(), p.values.end(), T(0));
  });
  model.backward(input, d_outputs, workspace, trace, gradient, {}, ledger);
  return huggingface_tensors(c.at("class").get<std::string>(), gradient);
}

class GradientParity : public testing::TestWithParam<std::string> {
 protected:
  template <class T>
  void compare(double relative, Keep keep) {
    const Json& c = cases().at(GetParam());
    Kept theirs = kept().at(GetParam());
    double most = 0;
    for (const auto& [name, values] : theirs) most = std::max(most, values[0]);
    ASSERT_GT(most, 0.01);
    for (const NamedTensor<T>& tensor : gradients<T>(c, keep)) {
      std::vector<double> values(kKept);  // a missing one counts as zero
      const auto found = theirs.find(tensor.name);
      if (found != theirs.end()) {
        values = found->second;
        theirs.erase(found);
      }
      // What cancels, as in biases of keys, leaves noise of the rest.
      const bool is_zero = values[0] <= 1e-10 * most;
      const double allowed = relative * (is_zero ? 0.1 * most : values[0]);
      const std::vector<double> ours = summary(tensor);
      const double root = std::sqrt(static_cast<double>(tensor.values.size()));
      for (std::size_t i = 0; i < kKept; ++i) {
        const bool projects = i > 0 && i <= kProjections;
        EXPECT_NEAR(ours[i], values[i], projects ? root * allowed : allowed)
            << tensor.name << ", kept value " << i;
      }
    }
    for (const auto& [name, values] : theirs) {
      EXPECT_TRUE(is_unread_by_huggingface(name) && values[0] == 0) << name;
    }
  }
};

TEST_P(GradientParity, InFloat) { compare<float>(1e-4, Keep::activations); }
TEST_P(GradientParity, InDouble) { compare<double>(1e-9, Keep::activations); }
TEST_P(GradientParity, MadeAgain) { compare<double>(1e-9, Keep::recompute); }

INSTANTIATE_TEST_SUITE_P(All, GradientParity, testing::ValuesIn(case_names()),
                         [](const auto& each) { return each.param; });

TEST(GradientParityTest, HasEveryClass) {
  std::set<std::string> golden, compared;
  for (const auto& item : cases().items()) {
    golden.insert(item.value().at("class").get<std::string>());
  }
  for (const std::string& name : case_names()) {
    compared.insert(cases().at(name).at("class").get<std::string>());
  }
  EXPECT_EQ(golden, compared);
}

}  // namespace
}  // namespace suite::golden
