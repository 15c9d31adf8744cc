// A small contestant, honest or with one fault that a check exists to find.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

#include "contract/contestant.h"
#include "primitives/attention_layer/attend.h"
#include "primitives/attention_layer/attend_backward.h"
#include "primitives/keep.h"
#include "primitives/threads.h"
#include "support/check.h"

namespace suite {

enum class Fault {
  none,
  leaves_a_fact_empty,
  claims_a_dimension_it_ignores,
  answers_nan,
  answers_narrower,
  answers_wrong,
  declares_too_few_macs,
  declares_too_few_parameters,
  declares_too_few_bytes,
  allocates_each_time,
  ignores_the_last_input,
  ignores_a_parameter,
  ignores_an_option,
  answers_anew_each_time,
  mixes_examples,
  depends_on_order,
  ignores_the_mask,
  changes_its_input,
  depends_on_threads,
  accepts_any_heads,
  remembers_its_first_input,
  counts_more_when_alone,
  works_when_only_counting,
  approximates_without_a_limit,
  states_no_golden_row,
  suggests_a_setting_it_lacks,
  claims_other_growth,
  misses_its_limit,
  nears_its_limit_too_slowly,
  claims_to_be_causal,
  refuses_without_its_value,
  has_the_golden_row_of_another,
  shares_parameters_with_copies,
  keeps_a_workspace,
  costs_a_dimension_it_ignores,
  refuses_many_inputs,
  minds_a_mask_that_hides_nothing,
  shows_hidden_inputs,
  answers_nan_when_all_is_hidden,
  differs_from_its_twin,
  ignores_its_seed,
  claims_other_growth_of_bytes,
  costs_what_it_refuses,
  hides_its_backward,
  differentiates_wrong,
  overwrites_gradients,
  moves_hidden_inputs,
  needs_input_gradients,
  recomputes_otherwise,
  declares_too_few_backward_macs,
  declares_too_few_training_bytes,
  has_a_key_bias_gradient,
  changes_its_output_gradient,
  differentiates_by_threads,
  allocates_each_backward,
  declares_no_training_cost,
  differentiates_to_infinity,
  holds_more_in_later_steps,
};

// One layer of bare self-attention, with an option that scales its output.
template <class T>
class Toy {
 public:
  Toy(const Shape& shape, const Options& options, Fault fault)
      : fault_(fault),
        gain_(fault == Fault::ignores_an_option || options.text("gain") == "1"
                  ? 1
                  : 2),
        nearness_(std::stod(options.text_or("nearness", "1"))),
        projections_{
            Linear<T>(shape.C, shape.D, Bias::without),
            Linear<T>(shape.C, shape.D,
                      fault == Fault::has_a_key_bias_gradient ? Bias::with
                                                              : Bias::without),
            Linear<T>(shape.C, shape.D, Bias::without),
            fault == Fault::accepts_any_heads ? 1 : shape.H} {
    require(fault != Fault::refuses_without_its_value || shape.N > 1,
            "N must be at least 2");
    require(fault == Fault::accepts_any_heads || shape.D % shape.H == 0,
            "H = {} heads do not divide D = {}", shape.H, shape.D);
    require((fault != Fault::refuses_many_inputs &&
             fault != Fault::costs_what_it_refuses) ||
                shape.N < 100,
            "N = {}: too many", shape.N);
    if (fault == Fault::ignores_a_parameter) idle_.resize({1});
    if (fault == Fault::shares_parameters_with_copies) {
      shared_ = std::make_shared<Projections<T>>(projections_);
      projections_ = {};
    }
  }

  struct Workspace {
    AttentionWorkspace<T> attention{AttentionForm::streaming};
    Tensor<T, 3> output, seen;
    int calls = 0;
  };
  Workspace workspace() const { return {}; }

  struct Trace {
    Keep keep;
    AttendTrace<T> attend;
    AttendBackward<T> backward{AttentionForm::streaming};
    Tensor<T, 3> mixed, d_mixed;  // [batch, N, D], before the gain
    Tensor<T, 3> d_queries;       // [batch, N, C]
    int backwards = 0;
    Tensor<T, 1> later = {};  // where it is faulty
  };
  Trace trace(Keep keep) const { return {.keep = keep}; }

  const Tensor<T, 3>& forward(const Tensor<T, 3>& input, const Mask& mask,
                              Workspace& own, Ledger& ledger,
                              Trace* trace = nullptr) const {
    Workspace& w = fault_ == Fault::keeps_a_workspace ? *kept_ : own;
    const Mask& used = fault_ == Fault::ignores_the_mask ? no_mask() : mask;
    if (fault_ == Fault::allocates_each_time) w.output = Tensor<T, 3>();
    attend<T>(input, seen(input, w), /*norm=*/nullptr, used,
              shared_ ? *shared_ : projections_, {}, w.attention, w.output,
              ledger, trace == nullptr ? nullptr : &trace->attend);
    if (trace != nullptr) keep_copy(w.output, trace->mixed, ledger);
    if (!ledger.computes() && fault_ != Fault::works_when_only_counting) {
      const bool more = fault_ == Fault::counts_more_when_alone;
      ledger.add(Part::softmax, {.logits = more ? 1u : 0u});
      return w.output;
    }
    for (T& value : w.output) value *= static_cast<T>(gain_);
    spoil(input, w);
    if (mask.size() > 0) spoil_masked(input, mask, w.output);
    return w.output;
  }

  void backward(const Tensor<T, 3>& input, const Mask& mask,
                const Tensor<T, 3>& d_output, Workspace&, Trace& trace,
                Toy& gradient, Tensor<T, 3>* d_input, Ledger& ledger) const {
    if (fault_ == Fault::overwrites_gradients) clear(gradient.projections_);
    if (fault_ == Fault::allocates_each_backward) {
      trace.d_mixed = Tensor<T, 3>();
    }
    keep_copy(d_output, trace.d_mixed, ledger);
    for (T& value : trace.d_mixed) value *= static_cast<T>(gain_);
    attend_backward<T>(input, input, /*norm=*/nullptr, mask, projections_, {},
                       trace.attend, trace.mixed, trace.d_mixed, trace.backward,
                       /*norm_gradient=*/nullptr, gradient.projections_,
                       trace.d_queries, d_input, ledger);
    if (d_input != nullptr) {
      for (std::size_t i = 0; i < d_input->size(); ++i) {
        d_input->data()[i] += trace.d_queries.data()[i];
      }
    }
    spoil_backward(mask, d_output, trace, gradient, d_input);
  }

  void for_each_parameter(const ParameterVisitor<T>& visit) {
    const ParameterVisitor<T> as_ones = [&](const Parameter<T>& parameter) {
      Parameter<T> changed = parameter;
      changed.init = Init::ones;
      visit(changed);
    };
    (shared_ ? *shared_ : projections_)
        .for_each_parameter(
            "toy", fault_ == Fault::ignores_its_seed ? as_ones : visit);
    if (idle_.size() > 0) visit_tensor(visit, "idle", idle_, Init::ones);
  }

 private:
  static void clear(Projections<T>& gradient) {
    gradient.for_each_parameter("", [](const Parameter<T>& parameter) {
      std::fill(parameter.values.begin(), parameter.values.end(), T(0));
    });
  }

  void spoil_backward(const Mask& mask, const Tensor<T, 3>& d_output,
                      Trace& trace, Toy& gradient,
                      Tensor<T, 3>* d_input) const {
    T& some = gradient.projections_.value.weight(0, 0);
    switch (fault_) {
      case Fault::differentiates_wrong:
        some += 1;
        break;
      case Fault::moves_hidden_inputs:
        if (mask.size() > 0 && d_input != nullptr) {
          for (T& value : *d_input) value += 1;
        }
        break;
      case Fault::needs_input_gradients:
        if (d_input == nullptr) some += 1;
        break;
      case Fault::recomputes_otherwise:
        if (trace.keep == Keep::recompute) some += 1;
        break;
      case Fault::has_a_key_bias_gradient:
        gradient.projections_.key.bias(0) += 1;
        break;
      case Fault::changes_its_output_gradient:
        const_cast<Tensor<T, 3>&>(d_output)(0, 0, 0) += 1;
        break;
      case Fault::differentiates_to_infinity:  // of several tiles alone
        if (d_output.shape(1) > 300) some = std::numeric_limits<T>::infinity();
        break;
      case Fault::holds_more_in_later_steps:
        if (trace.backwards++ == 1) trace.later.resize({8});
        break;
      case Fault::differentiates_by_threads:
        some += static_cast<T>(threads());
        break;
      default:
        break;
    }
  }

  // What keys and values are made of.
  const Tensor<T, 3>& seen(const Tensor<T, 3>& input, Workspace& w) const {
    if (fault_ == Fault::remembers_its_first_input) {
      if (w.seen.shape() != input.shape()) w.seen = input;
      return w.seen;
    }
    if (fault_ != Fault::ignores_the_last_input) return input;
    w.seen = input;
    for (std::size_t b = 0; b < input.shape(0); ++b) {
      for (std::size_t c = 0; c < input.shape(2); ++c) {
        w.seen(b, input.shape(1) - 1, c) = 0;
      }
    }
    return w.seen;
  }

  void spoil(const Tensor<T, 3>& input, Workspace& w) const {
    Tensor<T, 3>& output = w.output;
    T& first = output(0, 0, 0);
    T& last = output.data()[output.size() - 1];
    switch (fault_) {
      case Fault::answers_nan:
        first = std::numeric_limits<T>::quiet_NaN();
        break;
      case Fault::answers_wrong:
        last += static_cast<T>(1e-2);
        break;
      case Fault::ignores_the_last_input: {
        // Nor must its own query show it.
        const std::size_t rows = output.shape(1), width = output.shape(2);
        for (std::size_t b = 0; b < output.shape(0); ++b) {
          for (std::size_t c = 0; c < width; ++c) output(b, rows - 1, c) = 0;
        }
        break;
      }
      case Fault::answers_anew_each_time:
        first += static_cast<T>(++w.calls);
        break;
      case Fault::differs_from_its_twin:
        first += static_cast<T>(number_);
        break;
      case Fault::mixes_examples:
        last += first;
        break;
      case Fault::depends_on_order:
        first += 1;
        break;
      case Fault::changes_its_input:
        const_cast<Tensor<T, 3>&>(input)(0, 0, 0) += 1;
        break;
      case Fault::depends_on_threads:
        first += static_cast<T>(threads());
        break;
      case Fault::nears_its_limit_too_slowly:
        for (T& value : output) {
          value += static_cast<T>(1 / std::sqrt(nearness_));
        }
        break;
      default:
        break;
    }
  }

  void spoil_masked(const Tensor<T, 3>& input, const Mask& mask,
                    Tensor<T, 3>& output) const {
    const bool hides_all = std::none_of(mask.begin(), mask.end(),
                                        [](auto shown) { return shown != 0; });
    const bool hides_none = std::all_of(mask.begin(), mask.end(),
                                        [](auto shown) { return shown != 0; });
    T& first = output(0, 0, 0);
    if (fault_ == Fault::minds_a_mask_that_hides_nothing) first += 1;
    if (fault_ == Fault::shows_hidden_inputs && !hides_none) {
      for (const T value : input) first += value;
    }
    if (fault_ == Fault::answers_nan_when_all_is_hidden && hides_all) {
      first = std::numeric_limits<T>::quiet_NaN();
    }
  }

  static int next_number() {
    static int number = 0;
    return ++number;
  }

  Fault fault_;
  int gain_;
  double nearness_;
  int number_ = next_number();
  Projections<T> projections_;
  Tensor<T, 1> idle_;
  // Where it is faulty, of all copies and of all that run it.
  std::shared_ptr<Projections<T>> shared_;
  std::shared_ptr<Workspace> kept_ = std::make_shared<Workspace>();
};

}  // namespace suite
