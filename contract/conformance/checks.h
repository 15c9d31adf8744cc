// The checks, each named as what it finds true. They throw Error with what they
// found instead. Seven files: answers, costs, options, invariances, values,
// gradients, claims.
#pragma once

#include "contract/contestant.h"

namespace suite {

void output_has_its_shape(const Contestant& contestant);
void agrees_with_the_oracle(const Contestant& contestant);
void output_depends_on_every_input(const Contestant& contestant);
void every_parameter_matters(const Contestant& contestant);
void same_seed_gives_same_bits(const Contestant& contestant);
void inputs_are_left_alone(const Contestant& contestant);
void forgets_the_last_input(const Contestant& contestant);

void facts_are_filled(const Contestant& contestant);
void costs_what_it_declares(const Contestant& contestant);
void holds_what_it_declares(const Contestant& contestant);
void second_forward_allocates_nothing(const Contestant& contestant);
void counting_needs_no_work(const Contestant& contestant);

void every_option_has_an_effect(const Contestant& contestant);
void refuses_heads_that_do_not_divide(const Contestant& contestant);

void examples_are_independent(const Contestant& contestant);
void permutes_as_stated(const Contestant& contestant);
void masks_are_honoured(const Contestant& contestant);
void thread_counts_agree(const Contestant& contestant);

void parameters_are_a_value(const Contestant& contestant);
void workspaces_do_not_meet(const Contestant& contestant);

void says_whether_it_can_be_trained(const Contestant& contestant);
void gradients_are_true(const Contestant& contestant);
void gradients_add_up(const Contestant& contestant);
void hidden_inputs_get_no_gradient(const Contestant& contestant);
void inputs_need_no_gradient(const Contestant& contestant);
void recomputing_changes_nothing(const Contestant& contestant);
void training_costs_what_it_declares(const Contestant& contestant);
void training_holds_what_it_declares(const Contestant& contestant);
void key_biases_get_no_gradient(const Contestant& contestant);
void gradients_leave_all_else_alone(const Contestant& contestant);
void gradients_agree_for_all_thread_counts(const Contestant& contestant);
void second_backward_allocates_nothing(const Contestant& contestant);

void states_what_is_asked(const Contestant& contestant);
void grows_as_declared(const Contestant& contestant);
void reaches_its_exact_limit(const Contestant& contestant);
void is_causal_where_claimed(const Contestant& contestant);
void refusals_name_the_value(const Contestant& contestant);
void matches_its_golden_row(const Contestant& contestant);

}  // namespace suite
