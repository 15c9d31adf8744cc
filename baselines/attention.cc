// Attention and nothing else, as a kernel's speed is quoted: M queries, the
// only parameter, over N inputs that are their own keys and values,
// softmax(QXᵀ/√d)X.
#include "contract/registry.h"
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

  const Tensor<T, 3>& forward(const Tensor<T, 3>& input, const Mask& mask,
                              Workspace& w, Ledger& ledger) const {
    repeat_rows(queries_, input.shape(0), w.queries, ledger);
    w.attention->forward({w.queries, input, input, mask, heads_}, w.output,
                         ledger);
    return w.output;
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
  contestant.reference = attention_reference;
  make_with<AttentionAlone>(contestant);
  return contestant;
}

const Registration registered(attention());

}  // namespace
}  // namespace suite
