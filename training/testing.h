// What the tests of training share: parameters without a model around them.
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "contract/encoder.h"
#include "primitives/random.h"
#include "support/check.h"

namespace suite {

using Scalars = testing::Types<float, double>;

// Named tensors that are an Encoder as far as optimisers see one.
template <class T>
class NamedTensors : public Encoder<T> {
 public:
  struct Named {
    std::string name;
    std::vector<std::size_t> shape;
    Tensor<T, 1> values;
  };

  // All 0.
  explicit NamedTensors(
      const std::vector<std::pair<std::string, std::vector<std::size_t>>>&
          tensors) {
    for (const auto& [name, shape] : tensors) {
      std::size_t size = 1;
      for (const std::size_t extent : shape) size *= extent;
      tensors_.push_back({name, shape, {}});
      tensors_.back().values.resize({size});
      tensors_.back().values.fill(T(0));
    }
  }

  std::unique_ptr<Encoder<T>> copy() const override {
    return std::make_unique<NamedTensors>(*this);
  }
  std::unique_ptr<Workspace> workspace() const override { return nullptr; }
  const Tensor<T, 3>& forward(const Tensor<T, 3>&, const Mask&, Workspace&,
                              Ledger&) const override {
    throw Error("named tensors have no forward");
  }
  std::unique_ptr<Trace> trace(Keep) const override { return nullptr; }
  const Tensor<T, 3>& forward(const Tensor<T, 3>&, const Mask&, Workspace&,
                              Trace&, Ledger&) const override {
    throw Error("named tensors have no forward");
  }
  void backward(const Tensor<T, 3>&, const Mask&, const Tensor<T, 3>&,
                Workspace&, Trace&, Encoder<T>&, Tensor<T, 3>*,
                Ledger&) const override {
    throw Error("named tensors have no backward");
  }
  void for_each_parameter(const ParameterVisitor<T>& visit) override {
    for (Named& each : tensors_) {
      visit({each.name, each.shape, {each.values.data(), each.values.size()}});
    }
  }

  T* operator[](const std::string& name) {
    for (Named& each : tensors_) {
      if (each.name == name) return each.values.data();
    }
    throw Error("no tensor " + name);
  }

 private:
  std::vector<Named> tensors_;
};

// Every value a normal draw times `deviation`, by the tensor's name.
template <class T>
void draw(Encoder<T>& model, std::uint64_t seed, double deviation = 1) {
  model.for_each_parameter([&](const Parameter<T>& each) {
    fill_normal(each.values, derive_seed(seed, each.name), deviation);
  });
}

// Everything that is visited, by name.
template <class T>
std::map<std::string, std::vector<T>> values_of(Encoder<T>& model) {
  std::map<std::string, std::vector<T>> values;
  model.for_each_parameter([&](const Parameter<T>& each) {
    values[each.name] = {each.values.begin(), each.values.end()};
  });
  return values;
}

// Every bit, so that NaN equals itself and −0 is not 0.
template <class T>
bool same_bits(const std::map<std::string, std::vector<T>>& a,
               const std::map<std::string, std::vector<T>>& b) {
  if (a.size() != b.size()) return false;
  for (const auto& [name, values] : a) {
    const auto other = b.find(name);
    if (other == b.end() || other->second.size() != values.size()) return false;
    // Of nothing there may be no address.
    if (!values.empty() && std::memcmp(other->second.data(), values.data(),
                                       values.size() * sizeof(T)) != 0) {
      return false;
    }
  }
  return true;
}

// What the Error says that `act` throws; empty if it doesn't.
template <class F>
std::string error_of(const F& act) {
  try {
    act();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace suite
