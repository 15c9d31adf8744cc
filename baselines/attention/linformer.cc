// Linformer (Wang et al. 2020, §4): keys and values are projected along N to
// `rank` rows, K̄ = EK and V̄ = FV, and softmax attention reads those. E and F
// serve all heads of a layer (headwise sharing), or E = F (key-value sharing).
// Hidden inputs enter the projections as zeros.
//
// Cost: 4·N·rank·D MACs a layer, linear in N at a fixed rank; the model holds
// 2·rank·N parameters a layer, so N is fixed.
#include "baselines/transformer/transformer.h"
#include "contract/registry.h"
#include "primitives/attention/attention_formula.h"
#include "primitives/efficient_attention/landmark/landmark_formula.h"
#include "primitives/efficient_attention/landmark/row_products.h"

namespace suite {
namespace {

struct LinformerConfig {
  std::size_t rank;
  bool one_projection;  // E = F

  explicit LinformerConfig(const Options& options)
      : rank(options.number("rank")),
        one_projection(options.text("share") == "key_value") {
    require(rank > 1,
            "rank = {}: must be at least 2, or every query reads the same",
            rank);
  }
};

template <class T>
class Linformer {
 public:
  Linformer(const Shape& shape, const Options& options) : config_(options) {
    keys_.resize({config_.rank, shape.N});
    if (!config_.one_projection) values_.resize({config_.rank, shape.N});
  }

  struct Workspace {
    std::unique_ptr<Attention<T>> attention;
    Tensor<T, 3> keys, values;  // [batch, rank, D]
    Tensor<T, 3> shown;         // where inputs are hidden
  };
  Workspace workspace() const {
    return {make_attention<T>(AttentionForm::streaming), {}, {}, {}};
  }

  void forward(const AttentionInputs<T>& inputs, Workspace& w,
               Tensor<T, 3>& output, Ledger& ledger,
               AttentionTrace<T>* trace) const {
    if (trace != nullptr) trace->made.resize(2);
    Tensor<T, 3>& keys = trace == nullptr ? w.keys : trace->made[0];
    Tensor<T, 3>& values = trace == nullptr ? w.values : trace->made[1];
    combine_rows(keys_, inputs.keys, inputs.mask, w.shown, keys,
                 ledger[Part::key_value_projection]);
    combine_rows(config_.one_projection ? keys_ : values_, inputs.values,
                 inputs.mask, w.shown, values,
                 ledger[Part::key_value_projection]);
    w.attention->forward(
        {inputs.queries, keys, values, no_mask(), inputs.heads}, output, ledger,
        trace);
  }

  struct Backward {
    AttentionBackward<T> attention{AttentionForm::streaming};
    Tensor<T, 3> d_keys, d_values;  // [batch, rank, D]
    Tensor<T, 3> shown;             // where inputs are hidden
  };
  Backward backward_workspace() const { return {}; }

  void backward(const AttentionInputs<T>& inputs,
                const AttentionResult<T>& result,
                const AttentionInputGradients<T>& gradients, Backward& w,
                Linformer& gradient, Ledger& ledger) const {
    const Tensor<T, 3>& keys = result.trace.made[0];
    const Tensor<T, 3>& values = result.trace.made[1];
    w.d_keys.resize(keys.shape());
    w.d_values.resize(values.shape());
    w.attention.run({inputs.queries, keys, values, no_mask(), inputs.heads},
                    result, {gradients.queries, w.d_keys, w.d_values}, ledger);
    combine_rows_backward(keys_, inputs.keys, inputs.mask, w.d_keys, w.shown,
                          gradient.keys_, gradients.keys,
                          ledger[Part::key_value_projection]);
    const bool one = config_.one_projection;
    combine_rows_backward(one ? keys_ : values_, inputs.values, inputs.mask,
                          w.d_values, w.shown,
                          one ? gradient.keys_ : gradient.values_,
                          gradients.values, ledger[Part::key_value_projection]);
  }

  void for_each_parameter(const std::string& name,
                          const ParameterVisitor<T>& visit) {
    visit_tensor(visit, name + ".keys", keys_, Init::fan_in_of_rows);
    if (config_.one_projection) return;
    visit_tensor(visit, name + ".values", values_, Init::fan_in_of_rows);
  }

 private:
  LinformerConfig config_;
  Tensor<T, 2> keys_, values_;  // E and F, [rank, N]
};

AttentionShape attention_shape(const Shape& s, std::size_t rank) {
  return {s.batch, s.N, rank, s.H, s.D / s.H, s.D / s.H};
}

// Of the projected keys and values.
std::uint64_t projected_bytes(const Shape& s, std::size_t rank,
                              std::size_t scalar) {
  return 2 * scalar * s.batch * rank * s.D;
}

Cost linformer_cost(const Shape& s, const Options& options, std::size_t scalar,
                    int threads) {
  const LinformerConfig config(options);
  const AttentionShape attention = attention_shape(s, config.rank);
  Cost cost =
      formula::attention(attention, AttentionForm::streaming, scalar);
  cost[Part::key_value_projection] =
      2 * formula::combine_rows(s.batch, config.rank, s.N, s.D, scalar);
  cost.parameters = (config.one_projection ? 1 : 2) * config.rank * s.N;
  cost.bytes_held = formula::attention_buffers(
                        attention, AttentionForm::streaming, scalar, threads) +
                    projected_bytes(s, config.rank, scalar);
  return cost;
}

Cost linformer_backward_cost(const Shape& s, const Options& options,
                             std::size_t scalar, int threads) {
  const std::size_t rank = LinformerConfig(options).rank;
  Cost cost = formula::attention_backward(
      attention_shape(s, rank), AttentionForm::streaming, scalar, threads);
  cost[Part::key_value_projection] =
      2 * formula::combine_rows_backward(s.batch, rank, s.N, s.D, scalar);
  cost.bytes_held += projected_bytes(s, rank, scalar);  // their gradients
  return cost;
}

// Log-sum-exps, and what was projected, which then is not the workspace's.
MixerTrace linformer_trace(const Shape& s, const Options& options,
                           std::size_t scalar) {
  const std::uint64_t made =
      projected_bytes(s, LinformerConfig(options).rank, scalar);
  return {scalar * s.batch * s.H * s.N + made, made};
}

oracle::Array projected(const oracle::Array& weights, const oracle::Array& x,
                        const NaiveInputs& in) {
  oracle::Array y = oracle::zeros(x.dim(0), weights.dim(0), x.dim(2));
  for (std::size_t b = 0; b < x.dim(0); ++b) {
    for (std::size_t r = 0; r < weights.dim(0); ++r) {
      for (std::size_t n = 0; n < x.dim(1); ++n) {
        if (in.hidden(b, n)) continue;
        for (std::size_t c = 0; c < x.dim(2); ++c) {
          y.at(b, r, c) += weights.values[r * x.dim(1) + n] * x.at(b, n, c);
        }
      }
    }
  }
  return y;
}

oracle::Array linformer_reference(const NaiveInputs& in) {
  const bool one = in.options.text("share") == "key_value";
  return oracle::attention(
      in.q, projected(in.parameter("keys"), in.k, in),
      projected(in.parameter(one ? "keys" : "values"), in.v, in), in.shape.H,
      {});
}

// Of E and F: keys and values stay as they are.
void set_identity(const Parameter<double>& parameter) {
  if (parameter.name.find(".mixing.") == std::string::npos) return;
  for (std::size_t i = 0; i < parameter.values.size(); ++i) {
    const std::size_t N = parameter.shape[1];
    parameter.values[i] = i / N == i % N ? 1 : 0;
  }
}

Contestant linformer() {
  AttentionVariant variant{{
      .name = "linformer",
      .facts = {.paper = "Wang et al. 2020, §4 and Table 1",
                .idea = "keys and values projected along N to a fixed number of "
                        "rows",
                .cost = "O(B·N·rank·D)",
                .exact = false},
      .options = {number("rank", 256, "To how many rows are keys projected?"),
                  choice("share", {"headwise", "key_value"},
                         "Do keys and values share one projection?")},
      .trial = {{"rank", "4"}},
      .growth = {{"N", 1, 1}},
      .limit = ExactLimit{.statement = "rank = N and E = F = I",
                          .options =
                              [](const Shape& shape, std::size_t) {
                                return OptionValues{
                                    {"rank", std::to_string(shape.N)}};
                              },
                          .set = set_identity},
      .golden = Golden{69696, 3216, 1.69728869912},
      .settings = along("rank", {64, 128, 256, 512, 1024}),
  }};
  variant.cost = linformer_cost;
  variant.backward_cost = linformer_backward_cost;
  variant.trace = linformer_trace;
  variant.reference = linformer_reference;
  make_with<Linformer>(variant);
  return transformer_with(variant);
}

const Registration registered(linformer());

}  // namespace
}  // namespace suite
