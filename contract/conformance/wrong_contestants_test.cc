// A check that has never been seen to fail is decoration: for each, a
// contestant with one fault, which it must reject, and an honest one, which all
// must accept.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <memory>

#include "contract/agreement.h"
#include "contract/conformance/conformance.h"
#include "contract/conformance/toy.h"
#include "primitives/cross_attention/cross_attention_formula.h"
#include "support/check.h"

namespace suite {
namespace {

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
  Cost cost = formula::cross_attention(
      {s.batch, s.N, s.N, s.C, s.D, s.D,
       fault == Fault::accepts_any_heads ? 1 : s.H, /*normed=*/false},
      s.C, {}, /*uses=*/1, Bias::without, AttentionForm::streaming, scalar,
      threads);
  require(fault != Fault::refuses_without_its_value || s.N > 1,
          "N must be at least 2");
  require(fault != Fault::refuses_many_inputs || s.N < 100, "N = {}: too many",
          s.N);
  cost.bytes_held +=
      scalar * (cost.parameters + s.batch * s.N * (s.C + s.D));
  if (fault == Fault::declares_too_few_macs) --cost[Part::scores].macs;
  if (fault == Fault::declares_too_few_parameters) --cost.parameters;
  if (fault == Fault::declares_too_few_bytes) cost.bytes_held -= scalar;
  return cost;
}

TrainingCost toy_training_cost(const Shape& s, std::size_t scalar, int threads,
                               Fault fault) {
  const CrossAttentionShape shape{s.batch, s.N, s.N, s.C,
                                  s.D,     s.D, s.H, /*normed=*/false};
  TrainingCost cost;
  cost.forward = toy_cost(s, scalar, threads, fault);
  cost.backward = formula::cross_attention_backward(
      shape, s.C, /*plan=*/{}, /*uses=*/1, AttentionForm::streaming,
      /*d_inputs=*/false, scalar, threads);
  // Gradients, the output's one, what is kept and what backward writes.
  cost.bytes_held = cost.forward.bytes_held + cost.backward.bytes_held +
                    scalar * (cost.forward.parameters +
                              s.batch * s.N * (3 * s.D + s.H + s.C));
  if (fault == Fault::declares_too_few_backward_macs) {
    --cost.backward[Part::scores].macs;
  }
  if (fault == Fault::declares_too_few_training_bytes) {
    cost.bytes_held -= scalar;
  }
  return cost;
}

// What it says of itself.
void state(Contestant& c, Fault fault) {
  c.growth = {{"N", fault == Fault::claims_other_growth ? 1.0 : 2.0,
               fault == Fault::claims_other_growth_of_bytes ? 2.0 : 1.0}};
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
  Contestant c{{.name = "toy",
                .facts = {.paper = "none",
                          .idea = "a toy",
                          .cost = "O(N²·D)",
                          .dimensions = "N C D H batch",
                          .permutation_equivariant = true},
                .options = {choice("gain", {"1", "2"}, "Times what?")}}};
  if (fault == Fault::leaves_a_fact_empty) c.facts.paper.clear();
  if (fault == Fault::claims_a_dimension_it_ignores) c.facts.dimensions += " M";
  if (fault == Fault::costs_a_dimension_it_ignores) c.facts.cost = "O(N²·M·D)";
  c.make_float = [fault](const Shape& shape, const Options& options) {
    return as_encoder(Toy<float>(shape, options, fault));
  };
  c.make_double = [fault](const Shape& shape, const Options& options) {
    return as_encoder(Toy<double>(shape, options, fault));
  };
  c.cost = [fault](const Shape& s, const Options&, std::size_t scalar,
                   int count) { return toy_cost(s, scalar, count, fault); };
  c.training_cost = [fault](const Shape& s, const Options&, std::size_t scalar,
                            int count, Keep) {
    return toy_training_cost(s, scalar, count, fault);
  };
  if (fault == Fault::declares_no_training_cost) c.training_cost = nullptr;
  if (fault == Fault::hides_its_backward) c.no_backward = "none is written";
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

// The check that exists to find each fault, and what it must say of it.
struct Planted {
  std::string_view check;
  Fault fault;
  std::string_view reason;  // a part of the message
};
const Planted kPlanted[] = {
    {"says_whether_it_can_be_trained", Fault::hides_its_backward,
     "there is a backward, and no_backward says"},
    {"says_whether_it_can_be_trained", Fault::declares_no_training_cost,
     "what it costs is not declared"},
    {"gradients_are_true", Fault::differentiates_wrong, "differences say"},
    {"gradients_are_true", Fault::differentiates_to_infinity,
     "the gradient of toy.value.weight is inf"},
    {"gradients_add_up", Fault::overwrites_gradients, "is not added"},
    {"hidden_inputs_get_no_gradient", Fault::moves_hidden_inputs,
     "has a gradient of"},
    {"inputs_need_no_gradient", Fault::needs_input_gradients,
     "whether the inputs' is asked for"},
    {"recomputing_changes_nothing", Fault::recomputes_otherwise,
     "depend on what is kept"},
    {"training_costs_what_it_declares", Fault::declares_too_few_backward_macs,
     "scores: counted"},
    {"training_holds_what_it_declares", Fault::declares_too_few_training_bytes,
     "bytes in the first step"},
    {"training_holds_what_it_declares", Fault::holds_more_in_later_steps,
     "bytes in a later step"},
    {"key_biases_get_no_gradient", Fault::has_a_key_bias_gradient, "not 0"},
    {"gradients_leave_all_else_alone", Fault::changes_its_output_gradient,
     "changes the gradient of its output"},
    {"gradients_agree_for_all_thread_counts", Fault::differentiates_by_threads,
     "number of threads changes a gradient"},
    {"second_backward_allocates_nothing", Fault::allocates_each_backward,
     "a later backward made"},
    {"facts_are_filled", Fault::leaves_a_fact_empty, "a fact is left empty"},
    {"facts_are_filled", Fault::claims_a_dimension_it_ignores,
     "it does not read M"},
    {"facts_are_filled", Fault::costs_a_dimension_it_ignores,
     "do not say that it reads M"},
    {"output_has_its_shape", Fault::answers_nan, "is not finite"},
    {"output_has_its_shape", Fault::answers_narrower, "the output is ["},
    {"agrees_with_the_oracle", Fault::answers_wrong, "differs from the oracle"},
    {"agrees_with_the_oracle", Fault::answers_nan,
     "differs from the oracle by nan"},
    {"agrees_with_the_oracle", Fault::refuses_many_inputs,
     "no shape of several tiles"},
    {"costs_what_it_declares", Fault::declares_too_few_macs, "scores: counted"},
    {"costs_what_it_declares", Fault::declares_too_few_parameters,
     "parameters, declared are"},
    {"holds_what_it_declares", Fault::declares_too_few_bytes,
     "bytes, declared are"},
    {"second_forward_allocates_nothing", Fault::allocates_each_time,
     "a second forward made"},
    {"counting_needs_no_work", Fault::counts_more_when_alone,
     "softmax: counted"},
    {"counting_needs_no_work", Fault::works_when_only_counting,
     "bytes of memory"},
    {"output_depends_on_every_input", Fault::ignores_the_last_input,
     "input 10 of 11"},
    {"every_parameter_matters", Fault::ignores_a_parameter,
     "idle does not change"},
    {"every_option_has_an_effect", Fault::ignores_an_option,
     "option gain = 2 changes nothing"},
    {"same_seed_gives_same_bits", Fault::answers_anew_each_time,
     "a second forward gives"},
    {"same_seed_gives_same_bits", Fault::differs_from_its_twin,
     "a second model"},
    {"same_seed_gives_same_bits", Fault::ignores_its_seed,
     "the seed changes nothing"},
    {"examples_are_independent", Fault::mixes_examples, "changing example 0"},
    {"permutes_as_stated", Fault::depends_on_order, "not equivariant"},
    {"masks_are_honoured", Fault::ignores_the_mask, "a mask changes nothing"},
    {"masks_are_honoured", Fault::minds_a_mask_that_hides_nothing,
     "a mask that hides nothing"},
    {"masks_are_honoured", Fault::shows_hidden_inputs,
     "a hidden input changes"},
    {"masks_are_honoured", Fault::answers_nan_when_all_is_hidden,
     "with all inputs hidden"},
    {"inputs_are_left_alone", Fault::changes_its_input, "changes its input"},
    {"forgets_the_last_input", Fault::remembers_its_first_input,
     "given before"},
    {"parameters_are_a_value", Fault::shares_parameters_with_copies,
     "changing a copy's parameters"},
    {"workspaces_do_not_meet", Fault::keeps_a_workspace, "what another holds"},
    {"thread_counts_agree", Fault::depends_on_threads, "the number of threads"},
    {"refuses_heads_that_do_not_divide", Fault::accepts_any_heads,
     "5 heads over 12"},
    {"refusals_name_the_value", Fault::refuses_without_its_value,
     "does not name the value"},
    {"refusals_name_the_value", Fault::costs_what_it_refuses,
     "refuse differently"},
    {"states_what_is_asked", Fault::approximates_without_a_limit,
     "must state where it is exact"},
    {"states_what_is_asked", Fault::states_no_golden_row,
     "must have a golden row"},
    {"states_what_is_asked", Fault::suggests_a_setting_it_lacks, "strength"},
    {"grows_as_declared", Fault::claims_other_growth, "MACs grow like N^2"},
    {"grows_as_declared", Fault::claims_other_growth_of_bytes,
     "bytes held grow like N^1"},
    {"reaches_its_exact_limit", Fault::misses_its_limit,
     "differs from what it approximates"},
    {"reaches_its_exact_limit", Fault::nears_its_limit_too_slowly,
     "declared is 1/x^1"},
    {"is_causal_where_claimed", Fault::claims_to_be_causal, "causal = true"},
    {"matches_its_golden_row", Fault::has_the_golden_row_of_another,
     "Golden{15312, 432"},
};

TEST(WrongContestants, EveryCheckRejectsItsOwnForItsReason) {
  for (const ConformanceCheck& check : conformance_checks()) {
    bool has_one = false;
    for (const Planted& planted : kPlanted) {
      if (planted.check != check.name) continue;
      has_one = true;
      const std::string found = verdict(check, toy(planted.fault));
      EXPECT_NE(found.find(planted.reason), std::string::npos)
          << check.name << " should say \"" << planted.reason << "\": \""
          << found << '"';
    }
    EXPECT_TRUE(has_one) << check.name << " has no wrong contestant";
  }
}

// Nor where as much is allowed.
TEST(Agreement, IsOfNumbersAlone) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_TRUE((Agreement{.worst = 1, .allowed = 1}).holds());
  EXPECT_FALSE((Agreement{.worst = 2, .allowed = 1}).holds());
  EXPECT_FALSE((Agreement{.worst = kNan, .allowed = 1}).holds());
  EXPECT_FALSE((Agreement{.worst = 0, .allowed = kNan}).holds());
  EXPECT_FALSE((Agreement{.worst = HUGE_VAL, .allowed = HUGE_VAL}).holds());
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
