// Attention and nothing else, as a kernel's speed is quoted: M queries, the
// only parameter, over N inputs that are their own keys and values,
// softmax(QXᵀ/√d)X.
#include "contract/registry.h"
#include "primitives/attention/attention_backward.h"
#include "primitives/attention/attention_formula.h"
#include "primitives/layers/learned_rows.h"

namespace suite {
namespace {

void check(const Shape& s) {
  require(s.C == s.D, "C = {}: inputs are keys, so C must be D = {}", s.C, s.D);
  require(s.D % s.H == 0, "H = {} heads do not divide D = {}", s.H, s.D);
}

template <class T>
class AttentionAlone {
 public:
  AttentionAlone(const Shape& shape, const Options& options)
      : heads_(shape.H), form_(attention_form(options.text("form"))) {
    check(shape);
    queries_.resize({shape.M, shape.D});
  }

  struct Workspace {
    std::unique_ptr<Attention<T>> attention;
    Tensor<T, 3> queries, output;  // [batch, M, D]
  };
  Workspace workspace() const { return {make_attention<T>(form_), {}, {}}; }

  struct Trace {
    AttentionTrace<T> attention;
    AttentionBackward<T> backward;
    Tensor<T, 3> d_queries;         // [batch, M, D]
    Tensor<T, 3> d_keys, d_values;  // [batch, N, D]
  };
  Trace trace(Keep) const {
    return {{}, AttentionBackward<T>(form_), {}, {}, {}};
  }

  const Tensor<T, 3>& forward(const Tensor<T, 3>& input, const Mask& mask,
                              Workspace& w, Ledger& ledger,
                              Trace* trace = nullptr) const {
    repeat_rows(queries_, input.shape(0), w.queries, ledger);
    w.attention->forward({w.queries, input, input, mask, heads_}, w.output,
                         ledger,
                         trace == nullptr ? nullptr : &trace->attention);
    return w.output;
  }

  void backward(const Tensor<T, 3>& input, const Mask& mask,
                const Tensor<T, 3>& d_output, Workspace& w, Trace& trace,
                AttentionAlone& gradient, Tensor<T, 3>* d_input,
                Ledger& ledger) const {
    trace.d_queries.resize(w.queries.shape());
    trace.d_keys.resize(input.shape());
    trace.d_values.resize(input.shape());
    trace.backward.run({w.queries, input, input, mask, heads_},
                       {w.output, trace.attention, d_output},
                       {trace.d_queries, trace.d_keys, trace.d_values}, ledger);
    repeat_rows_backward(trace.d_queries, gradient.queries_, ledger);
    if (d_input == nullptr || !ledger.computes()) return;
    for (std::size_t i = 0; i < input.size(); ++i) {
      d_input->data()[i] += trace.d_keys.data()[i] + trace.d_values.data()[i];
    }
  }

  void for_each_parameter(const ParameterVisitor<T>& visit) {
    visit_tensor(visit, "queries", queries_, Init::fan_in);
  }

 private:
  std::size_t heads_;
  AttentionForm form_;
  Tensor<T, 2> queries_;  // [M, D]
};

Cost attention_cost(const Shape& s, const Options& options, std::size_t scalar,
                    int threads) {
  check(s);
  const AttentionForm form = attention_form(options.text("form"));
  const AttentionShape shape{s.batch, s.M, s.N, s.H, s.D / s.H, s.D / s.H};
  Cost cost = formula::attention(shape, form, scalar);
  cost.parameters = s.M * s.D;
  cost.bytes_held =
      formula::attention_buffers(shape, form, scalar, threads) +
      scalar * (cost.parameters + s.batch * (s.N * s.C + 2 * s.M * s.D));
  return cost;
}

TrainingCost attention_training_cost(const Shape& s, const Options& options,
                                     std::size_t scalar, int threads, Keep) {
  const AttentionForm form = attention_form(options.text("form"));
  const AttentionShape shape{s.batch, s.M, s.N, s.H, s.D / s.H, s.D / s.H};
  TrainingCost cost;
  cost.forward = attention_cost(s, options, scalar, threads);
  cost.backward = formula::attention_backward(shape, form, scalar, threads);
  const std::size_t queries = s.batch * s.M * s.D;
  // The trace has a log-sum-exp a query, or the weights that forward's own
  // buffers have no need for then.
  const std::size_t kept =
      form == AttentionForm::streaming ? s.batch * s.H * s.M : 0;
  cost.bytes_held = cost.forward.bytes_held + cost.backward.bytes_held +
                    scalar * (cost.forward.parameters + kept + 2 * queries +
                              2 * s.batch * s.N * s.C);
  return cost;
}

oracle::Array attention_reference(const Shape& s, const Options&,
                                  const oracle::Parameters& parameters,
                                  const oracle::Array& input,
                                  const oracle::Valid& valid) {
  const oracle::Array q = oracle::repeated(parameters.at("queries"), s.batch);
  return oracle::attention(q, input, input, s.H, valid);
}

Contestant attention() {
  Contestant contestant{{
      .name = "attention",
      .facts =
          {.paper = "Vaswani et al. 2017, §3.2.1",
           .idea = "attention alone, M queries over N inputs that are keys and "
                   "values",
           .cost = "O(M·N·D)",
           .dimensions = "N M C D H batch",
           .exact = true,
           .latents = true,
           .permutation_invariant = true},
      .options = {attention_form_option()},
  }};
  contestant.cost = attention_cost;
  contestant.training_cost = attention_training_cost;
  contestant.reference = attention_reference;
  make_with<AttentionAlone>(contestant);
  return contestant;
}

const Registration registered(attention());

}  // namespace
}  // namespace suite
