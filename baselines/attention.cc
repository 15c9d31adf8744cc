// Attention and nothing else, as a kernel's speed is quoted: M queries, the only
// parameter, over N inputs that are their own keys and values,
// softmax(QXᵀ/√d)X.
#include <algorithm>

#include "contract/formula.h"
#include "contract/registry.h"

namespace suite {
namespace {

void check(const Shape& s) {
  require(s.C == s.D, "C = {}: inputs are keys, so C must be D = {}", s.C, s.D);
  require(s.D % s.H == 0, "H = {} heads do not divide D = {}", s.H, s.D);
}

template <class T>
class AttentionAlone : public Encoder<T> {
 public:
  AttentionAlone(const Shape& shape, const Options& options)
      : shape_(shape),
        attention_(
            make_attention<T>(attention_form(options.text("attention")))) {
    check(shape);
    queries_.resize({shape.M, shape.D});
  }

  const Tensor<T, 3>& forward(const Tensor<T, 3>& input, const Mask& mask,
                              Ledger& ledger) override {
    repeated_.resize({shape_.batch, shape_.M, shape_.D});
    for (std::size_t b = 0; ledger.computes() && b < shape_.batch; ++b) {
      std::copy(queries_.begin(), queries_.end(), example(repeated_, b).data);
    }
    attention_->forward({repeated_, input, input, mask, shape_.H}, output_,
                        ledger);
    return output_;
  }

  void for_each_parameter(const ParameterVisitor<T>& visit) override {
    visit_tensor(visit, "queries", queries_, Init::fan_in);
  }

 private:
  Shape shape_;
  std::unique_ptr<Attention<T>> attention_;
  Tensor<T, 2> queries_;             // [M, D]
  Tensor<T, 3> repeated_, output_;  // [batch, M, D]
};

Cost attention_cost(const Shape& s, const Options& options, std::size_t scalar,
                    int threads) {
  check(s);
  const AttentionForm form = attention_form(options.text("attention"));
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
  const oracle::Array& queries = parameters.at("queries");
  oracle::Array q = oracle::zeros(s.batch, s.M, s.D);
  for (std::size_t i = 0; i < q.values.size(); ++i) {
    q.values[i] = queries.values[i % queries.values.size()];
  }
  return oracle::attention(q, input, input, s.H, valid);
}

Contestant attention() {
  Contestant contestant{
      .name = "attention",
      .facts = {.paper = "Vaswani et al. 2017, §3.2.1",
                .idea = "attention alone, M queries over N inputs that are keys and "
                        "values",
                .cost = "O(M·N·D)",
                .letters = "N M C D H batch",
                .exact = true,
                .latents = true,
                .permutation_invariant = true},
      .options = {choice("attention", {"streaming", "materialised"},
                         "In which form is attention computed?")},
      .cost = attention_cost,
      .reference = attention_reference};
  make_with<AttentionAlone>(contestant);
  return contestant;
}

const Registration registered(attention());

}  // namespace
}  // namespace suite
