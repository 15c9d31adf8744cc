// Fill in: the paper with its section; the idea in a sentence; what hidden inputs
// do, and what differs from the paper. Until then my_variant is softmax attention.
//
// Cost: fill in, in MACs a layer.
#include "baselines/transformer/transformer.h"
#include "contract/registry.h"
#include "primitives/attention/attention_formula.h"

namespace suite {
namespace {

// Fill in: what mixes the tokens of a layer. Queries, keys and values are
// [batch, N, D], heads side by side. Only primitives do the work, so that it is
// counted. Members are the layer's parameters, which are visited
// (linformer.cc); buffers are the workspace's, which all layers share.
template <class T>
class MyVariant {
 public:
  MyVariant(const Shape&, const Options&) {}

  struct Workspace {
    std::unique_ptr<Attention<T>> attention;
  };
  Workspace workspace() const {
    return {make_attention<T>(AttentionForm::streaming)};
  }

  // With a trace it leaves there what backward needs besides inputs and output.
  void forward(const AttentionInputs<T>& inputs, Workspace& workspace,
               Tensor<T, 3>& output, Ledger& ledger,
               AttentionTrace<T>* trace) const {
    workspace.attention->forward(inputs, output, ledger, trace);
  }

  // Fill in: from result.d_output the gradients of queries, keys and values,
  // which are written, and of parameters, which `gradient`, another mixer, adds
  // up (linformer.cc). Without a backward take forward's trace, Backward and
  // these two out, and say why in my_variant() below:
  //   variant.no_backward = "its backward is not written";
  struct Backward {
    AttentionBackward<T> attention{AttentionForm::streaming};
  };
  Backward backward_workspace() const { return {}; }

  void backward(const AttentionInputs<T>& inputs,
                const AttentionResult<T>& result,
                const AttentionInputGradients<T>& gradients,
                Backward& workspace, MyVariant& /*gradient*/,
                Ledger& ledger) const {
    workspace.attention.run(inputs, result, gradients, ledger);
  }
};

// Fill in: what one layer's mixer costs, from the paper's arithmetic. Throws
// Error for sizes and options that are refused, by their values, as the mixer
// does.
Cost my_variant_cost(const Shape& s, const Options&, std::size_t scalar,
                     int threads) {
  const AttentionShape shape{s.batch, s.N, s.N, s.H, s.D / s.H, s.D / s.H};
  Cost cost = formula::attention(shape, AttentionForm::streaming, scalar);
  cost.bytes_held = formula::attention_buffers(shape, AttentionForm::streaming,
                                               scalar, threads);
  return cost;
}

// Fill in: the same of its backward, if there is one. What forward leaves in
// the trace besides a log-sum-exp of each query and head, variant.trace says
// (linformer.cc).
Cost my_variant_backward_cost(const Shape& s, const Options&,
                              std::size_t scalar, int threads) {
  return formula::attention_backward(
      {s.batch, s.N, s.N, s.H, s.D / s.H, s.D / s.H}, AttentionForm::streaming,
      scalar, threads);
}

// Fill in: the same as the mixer, by naive loops in double, from the
// definition.
oracle::Array my_variant_reference(const NaiveInputs& in) {
  return oracle::attention(in.q, in.k, in.v, in.shape.H, in.valid);
}

// Fill in: every field. An approximation says `.exact = false` and `.limit`, where
// it becomes softmax attention (linformer.cc; performer.cc for a rate). Options are
// number(…) and choice(…); where a default doesn't suit N = 11, `.trial` says what
// does. A failing check prints the golden row to put here.
Contestant my_variant() {
  AttentionVariant variant{{
      .name = "my_variant",
      .facts = {.paper = "fill in",
                .idea = "fill in",
                .cost = "O(B·N²·D)",
                .exact = true,
                .permutation_equivariant = true},
      .growth = {{"N", 2, 1}},  // exponents of MACs and of bytes held
      .golden = Golden{74448, 2952, 1.72701515541},
  }};
  variant.cost = my_variant_cost;
  variant.backward_cost = my_variant_backward_cost;
  variant.reference = my_variant_reference;
  make_with<MyVariant>(variant);
  return transformer_with(variant);
}

const Registration registered(my_variant());

}  // namespace
}  // namespace suite
