#include "contract/conformance/conformance.h"

#include "contract/conformance/checks.h"

namespace suite {

const std::vector<ConformanceCheck>& conformance_checks() {
#define SUITE_CHECK(name) {#name, name}
  static const std::vector<ConformanceCheck> checks = {
      SUITE_CHECK(facts_are_filled),
      SUITE_CHECK(output_has_its_shape),
      SUITE_CHECK(agrees_with_the_oracle),
      SUITE_CHECK(costs_what_it_declares),
      SUITE_CHECK(holds_what_it_declares),
      SUITE_CHECK(second_forward_allocates_nothing),
      SUITE_CHECK(counting_needs_no_work),
      SUITE_CHECK(output_depends_on_every_input),
      SUITE_CHECK(every_parameter_matters),
      SUITE_CHECK(every_option_has_an_effect),
      SUITE_CHECK(same_seed_gives_same_bits),
      SUITE_CHECK(examples_are_independent),
      SUITE_CHECK(permutes_as_stated),
      SUITE_CHECK(masks_are_honoured),
      SUITE_CHECK(inputs_are_left_alone),
      SUITE_CHECK(forgets_the_last_input),
      SUITE_CHECK(parameters_are_a_value),
      SUITE_CHECK(workspaces_do_not_meet),
      SUITE_CHECK(thread_counts_agree),
      SUITE_CHECK(refuses_heads_that_do_not_divide),
      SUITE_CHECK(refusals_name_the_value),
      SUITE_CHECK(says_whether_it_can_be_trained),
      SUITE_CHECK(gradients_are_true),
      SUITE_CHECK(gradients_add_up),
      SUITE_CHECK(hidden_inputs_get_no_gradient),
      SUITE_CHECK(inputs_need_no_gradient),
      SUITE_CHECK(recomputing_changes_nothing),
      SUITE_CHECK(training_costs_what_it_declares),
      SUITE_CHECK(training_holds_what_it_declares),
      SUITE_CHECK(key_biases_get_no_gradient),
      SUITE_CHECK(gradients_leave_all_else_alone),
      SUITE_CHECK(gradients_agree_for_all_thread_counts),
      SUITE_CHECK(second_backward_allocates_nothing),
      SUITE_CHECK(states_what_is_asked),
      SUITE_CHECK(grows_as_declared),
      SUITE_CHECK(reaches_its_exact_limit),
      SUITE_CHECK(is_causal_where_claimed),
      SUITE_CHECK(matches_its_golden_row),
  };
#undef SUITE_CHECK
  return checks;
}

}  // namespace suite
