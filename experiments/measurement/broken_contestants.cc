// Contestants that fail in the ways that a run must survive.
#include <limits>

#include "experiments/measurement/made_to_break.h"
#include "support/check.h"

namespace suite {
namespace {

enum class Breaks {
  answers_nan,
  throws,
  answers_wrong,
  miscounts,
  miscounts_once,  // in the third forward, of however many
};

template <class T>
class Broken {
 public:
  Broken(const Shape& shape, Breaks how) : shape_(shape), how_(how) {}

  struct Workspace {
    Tensor<T, 3> output;
    int forwards = 0;
  };
  Workspace workspace() const { return {}; }

  const Tensor<T, 3>& forward(const Tensor<T, 3>& input, const Mask&,
                              Workspace& workspace, Ledger& ledger) const {
    Tensor<T, 3>& output = workspace.output;
    output = input;
    // Right on the small shape of the oracle's check, broken at full size.
    if (shape_.N < 500 && how_ != Breaks::answers_wrong) return output;
    if (how_ == Breaks::throws) throw Error("broken on purpose");
    if (how_ == Breaks::answers_wrong) output(0, 0, 0) += 1;
    ++workspace.forwards;
    if (how_ == Breaks::miscounts ||
        (how_ == Breaks::miscounts_once && workspace.forwards == 3)) {
      ledger.add(Part::mlp, {.macs = 1});
    }
    if (how_ == Breaks::answers_nan) {
      output(0, 0, 0) = std::numeric_limits<T>::quiet_NaN();
    }
    return output;
  }
  void for_each_parameter(const ParameterVisitor<T>&) {}

 private:
  Shape shape_;
  Breaks how_;
};

enum class BreaksBackward {
  doubles,
  answers_nan,
  answers_infinity,
  miscounts,  // at full size
};

// One number times the input, whose gradient comes out wrong or is counted so.
template <class T>
class WrongBackward {
 public:
  WrongBackward(const Shape& shape, BreaksBackward how)
      : shape_(shape), how_(how) {
    factor_.resize({1});
  }

  using Workspace = Tensor<T, 3>;
  Workspace workspace() const { return {}; }
  struct Trace {};
  Trace trace(Keep) const { return {}; }

  const Tensor<T, 3>& forward(const Tensor<T, 3>& input, const Mask&,
                              Workspace& output, Ledger&,
                              Trace* = nullptr) const {
    output = input;
    for (T& value : output) value *= factor_(0);
    return output;
  }
  void backward(const Tensor<T, 3>& input, const Mask&,
                const Tensor<T, 3>& d_output, Workspace&, Trace&,
                WrongBackward& gradient, Tensor<T, 3>*, Ledger& ledger) const {
    T sum = 0;
    for (std::size_t i = 0; i < input.size(); ++i) {
      sum += input.data()[i] * d_output.data()[i];
    }
    switch (how_) {
      case BreaksBackward::doubles:
        sum *= 2;
        break;
      case BreaksBackward::answers_nan:
        sum = std::numeric_limits<T>::quiet_NaN();
        break;
      case BreaksBackward::answers_infinity:
        sum = std::numeric_limits<T>::infinity();
        break;
      case BreaksBackward::miscounts:
        if (shape_.N >= 500) ledger.add(Part::mlp, {.macs = 1});
    }
    gradient.factor_(0) += sum;
  }
  void for_each_parameter(const ParameterVisitor<T>& visit) {
    visit_tensor(visit, "factor", factor_, Init::ones);
  }

 private:
  Shape shape_;
  BreaksBackward how_;
  Tensor<T, 1> factor_;
};

Contestant wrong_backward(const std::string& name, BreaksBackward how) {
  Contestant c = made_to_break<WrongBackward>(name, how);
  c.cost = [](const Shape& s, const Options&, std::size_t scalar, int) {
    Cost cost;
    cost.parameters = 1;
    cost.bytes_held = scalar * (1 + 2 * s.batch * s.N * s.C);
    return cost;
  };
  c.training_cost = [cost = c.cost](const Shape& s, const Options& options,
                                    std::size_t scalar, int threads, Keep) {
    TrainingCost training;
    training.forward = cost(s, options, scalar, threads);
    training.bytes_held = scalar * (2 + 3 * s.batch * s.N * s.C);
    return training;
  };
  c.reference = [](const Shape&, const Options&,
                   const oracle::Parameters& parameters,
                   const oracle::Array& input, const oracle::Valid&) {
    oracle::Array output = input;
    for (double& value : output.values) {
      value *= parameters.at("factor").values[0];
    }
    return output;
  };
  return c;
}

Contestant broken(const std::string& name, Breaks how) {
  Contestant c = made_to_break<Broken>(name, how);
  c.cost = [](const Shape& shape, const Options&, std::size_t scalar_bytes,
              int) {
    Cost cost;  // of nothing but an input and an output
    cost.bytes_held = 2 * shape.batch * shape.N * shape.C * scalar_bytes;
    return cost;
  };
  c.reference = [](const Shape&, const Options&, const oracle::Parameters&,
                   const oracle::Array& input,
                   const oracle::Valid&) { return input; };
  return c;
}

const Registration nan(broken("answers_nan", Breaks::answers_nan));
const Registration throws(broken("throws", Breaks::throws));
const Registration wrong(broken("answers_wrong", Breaks::answers_wrong));
const Registration differentiates_wrong(
    wrong_backward("differentiates_wrong", BreaksBackward::doubles));
const Registration differentiates_to_nan(
    wrong_backward("differentiates_to_nan", BreaksBackward::answers_nan));
const Registration differentiates_to_infinity(wrong_backward(
    "differentiates_to_infinity", BreaksBackward::answers_infinity));
const Registration miscounts_backward(
    wrong_backward("miscounts_backward", BreaksBackward::miscounts));
const Registration miscounts(broken("miscounts", Breaks::miscounts));
const Registration miscounts_once(
    broken("miscounts_once", Breaks::miscounts_once));

}  // namespace
}  // namespace suite
