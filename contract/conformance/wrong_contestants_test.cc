// A check that has never been seen to fail is decoration: for each, a
// contestant with one fault, which it must reject, and an honest one, which all
// must accept.
#include <gtest/gtest.h>

#include <limits>
#include <map>

#include "contract/agreement.h"
#include "contract/conformance/conformance.h"
#include "contract/formula.h"
#include "support/check.h"
#include "primitives/attention_layer/attend.h"
#include "primitives/threads.h"

namespace suite {
namespace {

enum class Fault {
  none,
  leaves_a_fact_empty,
  claims_a_letter_it_ignores,
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
        projections_{Linear<T>(shape.C, shape.D, Bias::without),
                     Linear<T>(shape.C, shape.D, Bias::without),
                     Linear<T>(shape.C, shape.D, Bias::without),
                     fault == Fault::accepts_any_heads ? 1 : shape.H} {
    require(fault != Fault::refuses_without_its_value || shape.N > 1,
            "N must be at least 2");
    require(fault == Fault::accepts_any_heads || shape.D % shape.H == 0,
            "H = {} heads do not divide D = {}", shape.H, shape.D);
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

  const Tensor<T, 3>& forward(const Tensor<T, 3>& input, const Mask& mask,
                              Workspace& own, Ledger& ledger) const {
    Workspace& w = fault_ == Fault::keeps_a_workspace ? *kept_ : own;
    const Mask& used = fault_ == Fault::ignores_the_mask ? no_mask() : mask;
    if (fault_ == Fault::allocates_each_time) w.output = Tensor<T, 3>();
    attend<T>(input, seen(input, w), /*norm=*/nullptr, used,
              shared_ ? *shared_ : projections_, {}, w.attention, w.output,
              ledger);
    if (!ledger.computes() && fault_ != Fault::works_when_only_counting) {
      const bool more = fault_ == Fault::counts_more_when_alone;
      ledger.add(Part::softmax, {.logits = more ? 1u : 0u});
      return w.output;
    }
    for (T& value : w.output) value *= static_cast<T>(gain_);
    spoil(input, w);
    return w.output;
  }

  void for_each_parameter(const ParameterVisitor<T>& visit) {
    (shared_ ? *shared_ : projections_).for_each_parameter("toy", visit);
    if (idle_.size() > 0) visit_tensor(visit, "idle", idle_, Init::ones);
  }

 private:
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
        for (T& value : output)
          value += static_cast<T>(1 / std::sqrt(nearness_));
        break;
      default:
        break;
    }
  }

  Fault fault_;
  int gain_;
  double nearness_;
  Projections<T> projections_;
  Tensor<T, 1> idle_;
  // Where it is faulty, of all copies and of all that run it.
  std::shared_ptr<Projections<T>> shared_;
  std::shared_ptr<Workspace> kept_ = std::make_shared<Workspace>();
};

oracle::Array toy_reference(const Shape& s, const Options& options,
                            const oracle::Parameters& parameters,
                            const oracle::Array& input,
                            const oracle::Valid& valid) {
  oracle::Array y =
      oracle::attend(input, input, parameters, "toy", s.H, valid);
  for (double& v : y.values) v *= options.text("gain") == "1" ? 1 : 2;
  return y;
}

oracle::Array toy_limit(const Shape& s, const Options&,
                        const oracle::Parameters& parameters,
                        const oracle::Array& input,
                        const oracle::Valid& valid) {
  return oracle::attend(input, input, parameters, "toy", s.H, valid);
}

Cost toy_cost(const Shape& s, std::size_t scalar, int threads, Fault fault) {
  Cost cost = formula::read(
      {s.batch, s.N, s.N, s.C, s.D, s.D,
       fault == Fault::accepts_any_heads ? 1 : s.H, /*normed=*/false},
      s.C, {}, /*uses=*/1, Bias::without, AttentionForm::streaming, scalar,
      threads);
  require(fault != Fault::refuses_without_its_value || s.N > 1,
          "N must be at least 2");
  cost.bytes_held +=
      scalar * (cost.parameters + s.batch * s.N * (s.C + s.D));
  if (fault == Fault::declares_too_few_macs) --cost[Part::scores].macs;
  if (fault == Fault::declares_too_few_parameters) --cost.parameters;
  if (fault == Fault::declares_too_few_bytes) cost.bytes_held -= scalar;
  return cost;
}

// What it says of itself.
void state(Contestant& c, Fault fault) {
  c.growth = {{"N", fault == Fault::claims_other_growth ? 1.0 : 2.0, 1}};
  c.golden = Golden{
      15312, 432,
      fault == Fault::has_the_golden_row_of_another ? 0.5 : 0.475206026817};
  const bool misses = fault == Fault::misses_its_limit;
  c.limit = {.statement = "gain = 1",
             .options =
                 [misses](const Shape&, std::size_t) -> OptionValues {
                   return {{"gain", misses ? "2" : "1"}};
                 },
             .reference = toy_limit};
  if (fault == Fault::approximates_without_a_limit) {
    c.facts.exact = false;
    c.limit.reset();
  }
  if (fault == Fault::states_no_golden_row) {
    c.name = "toy(kind=odd)";
    c.golden.reset();
  }
  if (fault == Fault::suggests_a_setting_it_lacks) {
    c.settings = along("strength", {1, 2});
  }
  if (fault == Fault::claims_to_be_causal) {
    c.options.push_back(choice("causal", {"false", "true"}, "Is it causal?"));
  }
  if (fault == Fault::nears_its_limit_too_slowly) {
    c.options.push_back(number("nearness", 1, "How near is it?"));
    c.limit->rate = 1;
    c.limit->options = [](const Shape&, std::size_t step) -> OptionValues {
      return {{"nearness", std::to_string(1 << (2 * step))}};
    };
  }
}

Contestant toy(Fault fault) {
  Contestant c{.name = "toy",
               .facts = {.paper = "none",
                         .idea = "a toy",
                         .cost = "O(N²·D)",
                         .letters = "N C D H batch",
                         .permutation_equivariant = true},
               .options = {choice("gain", {"1", "2"}, "Times what?")}};
  if (fault == Fault::leaves_a_fact_empty) c.facts.paper.clear();
  if (fault == Fault::claims_a_letter_it_ignores) c.facts.letters += " M";
  c.make_float = [fault](const Shape& shape, const Options& options) {
    return as_encoder(Toy<float>(shape, options, fault));
  };
  c.make_double = [fault](const Shape& shape, const Options& options) {
    return as_encoder(Toy<double>(shape, options, fault));
  };
  c.cost = [fault](const Shape& s, const Options&, std::size_t scalar,
                   int count) { return toy_cost(s, scalar, count, fault); };
  if (fault == Fault::answers_narrower) {
    c.output_channels = [](const Shape& s, const Options&) { return s.D + 1; };
  }
  c.reference = toy_reference;
  state(c, fault);
  return c;
}

// Why a check rejects the contestant, or nothing.
std::string verdict(const ConformanceCheck& check, const Contestant& c) {
  try {
    check.run(c);
    return "";
  } catch (const Error& error) {
    return error.what();
  }
}

// The check that exists to find each fault.
const std::multimap<std::string, Fault>& caught_by() {
  static const std::multimap<std::string, Fault> table = {
      {"facts_are_filled", Fault::leaves_a_fact_empty},
      {"facts_are_filled", Fault::claims_a_letter_it_ignores},
      {"output_has_its_shape", Fault::answers_nan},
      {"output_has_its_shape", Fault::answers_narrower},
      {"agrees_with_the_oracle", Fault::answers_wrong},
      {"agrees_with_the_oracle", Fault::answers_nan},
      {"costs_what_it_declares", Fault::declares_too_few_macs},
      {"costs_what_it_declares", Fault::declares_too_few_parameters},
      {"holds_what_it_declares", Fault::declares_too_few_bytes},
      {"second_forward_allocates_nothing", Fault::allocates_each_time},
      {"counting_needs_no_work", Fault::counts_more_when_alone},
      {"counting_needs_no_work", Fault::works_when_only_counting},
      {"output_depends_on_every_input", Fault::ignores_the_last_input},
      {"every_parameter_matters", Fault::ignores_a_parameter},
      {"every_option_has_an_effect", Fault::ignores_an_option},
      {"same_seed_gives_same_bits", Fault::answers_anew_each_time},
      {"examples_are_independent", Fault::mixes_examples},
      {"permutes_as_stated", Fault::depends_on_order},
      {"masks_are_honoured", Fault::ignores_the_mask},
      {"inputs_are_left_alone", Fault::changes_its_input},
      {"forgets_the_last_input", Fault::remembers_its_first_input},
      {"parameters_are_a_value", Fault::shares_parameters_with_copies},
      {"workspaces_do_not_meet", Fault::keeps_a_workspace},
      {"thread_counts_agree", Fault::depends_on_threads},
      {"refuses_heads_that_do_not_divide", Fault::accepts_any_heads},
      {"refusals_name_the_value", Fault::refuses_without_its_value},
      {"states_what_is_asked", Fault::approximates_without_a_limit},
      {"states_what_is_asked", Fault::states_no_golden_row},
      {"states_what_is_asked", Fault::suggests_a_setting_it_lacks},
      {"grows_as_declared", Fault::claims_other_growth},
      {"reaches_its_exact_limit", Fault::misses_its_limit},
      {"reaches_its_exact_limit", Fault::nears_its_limit_too_slowly},
      {"is_causal_where_claimed", Fault::claims_to_be_causal},
      {"matches_its_golden_row", Fault::has_the_golden_row_of_another},
  };
  return table;
}

TEST(WrongContestants, EveryCheckRejectsItsOwn) {
  for (const ConformanceCheck& check : conformance_checks()) {
    const std::string name(check.name);
    EXPECT_GT(caught_by().count(name), 0u) << name << " has no wrong contestant";
    const auto [first, last] = caught_by().equal_range(name);
    for (auto fault = first; fault != last; ++fault) {
      EXPECT_NE(verdict(check, toy(fault->second)), "")
          << name << " accepts fault " << static_cast<int>(fault->second);
    }
  }
}

// The fault is the rate that it states.
TEST(WrongContestants, AnErrorMayFallAtTheRateThatIsStated) {
  Contestant c = toy(Fault::nears_its_limit_too_slowly);
  c.limit->rate = 0.5;
  for (const ConformanceCheck& check : conformance_checks()) {
    if (check.name != "reaches_its_exact_limit") continue;
    EXPECT_EQ(verdict(check, c), "");
  }
}

// One that chooses may differ from the oracle for some seeds, not for all.
TEST(WrongContestants, AChoiceMayBeWrongForSomeSeeds) {
  const Shape shape{.N = 9, .C = 4, .D = 4, .H = 1};
  const auto holds = [&](Contestant c, bool chooses, int wrong_seeds) {
    c.chooses = chooses;
    const auto asked = std::make_shared<int>(0);
    c.reference = [honest = c.reference, asked, wrong_seeds](
                      const Shape& s, const Options& options,
                      const oracle::Parameters& parameters,
                      const oracle::Array& input, const oracle::Valid& valid) {
      oracle::Array y = honest(s, options, parameters, input, valid);
      if ((*asked)++ < wrong_seeds) y.values[0] += 1;
      return y;
    };
    return compare_with_oracle<float>(c, shape, Options(c.name, c.options, {}),
                                      /*seed=*/1)
        .holds();
  };
  const Contestant honest = toy(Fault::none);
  EXPECT_TRUE(holds(honest, false, 0));
  EXPECT_FALSE(holds(honest, false, 1));
  EXPECT_TRUE(holds(honest, true, 1));
  EXPECT_TRUE(holds(honest, true, kDraws - 1));
  EXPECT_FALSE(holds(honest, true, kDraws));
  EXPECT_FALSE(holds(toy(Fault::answers_wrong), true, 0));
}

TEST(WrongContestants, TheHonestOnePassesEveryCheck) {
  for (const ConformanceCheck& check : conformance_checks()) {
    EXPECT_EQ(verdict(check, toy(Fault::none)), "") << check.name;
  }
}

}  // namespace
}  // namespace suite
