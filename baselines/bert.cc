// BERT (Devlin et al. 2019, §3), the transformer that Perceiver IO's Table 1
// compares with: B layers of full self-attention, post-norm, and for masked
// tokens a product with the vocabulary. Inputs are embedded tokens.
// Cost: O(B·N²·D), and O(N·D·vocabulary).
#include "baselines/bert/bert_layer.h"
#include "contract/registry.h"
#include "primitives/attention_layer/attention_layer_formula.h"
#include "primitives/attention_layer/layer_traces.h"
#include "primitives/keep.h"
#include "primitives/layers/input_encoding.h"
#include "primitives/layers/input_encoding_formula.h"
#include "primitives/layers/layer_norm.h"
#include "primitives/layers/linear_formula.h"

namespace suite {
namespace {

struct BertConfig {
  AttentionForm attention;
  InputEncodingWidths input;
  AttentionLayerWidths layer;
  std::size_t vocabulary;

  BertConfig(const Shape& shape, const Options& options)
      : attention(attention_form(options.text("form"))),
        input{shape.N, shape.C, positions(options.text("positions"))},
        layer{.channels = shape.D,
              .qk_channels = shape.D,
              .v_channels = shape.D,
              .heads = shape.H,
              .widening = options.number("widening"),
              .gelu = options.text("gelu") == "tanh" ? Gelu::tanh : Gelu::erf},
        vocabulary(options.number("vocabulary")) {
    require(shape.D % shape.H == 0, "H = {} heads do not divide D = {}",
            shape.H, shape.D);
    require(layer.widening > 0, "widening = 0: must be at least 1");
  }

  bool projects_input() const { return input.channels != layer.channels; }
  std::size_t output_channels() const {
    return vocabulary > 0 ? vocabulary : layer.channels;
  }
};

template <class T>
class Bert {
 public:
  Bert(const Shape& shape, const Options& options)
      : config_(shape, options),
        input_(config_.input),
        norm_(shape.D),
        layers_(shape.B, BertLayer<T>(config_.layer)) {
    if (config_.projects_input()) projection_ = Linear<T>(shape.C, shape.D);
    if (config_.vocabulary > 0) {
      vocabulary_ = Linear<T>(shape.D, config_.vocabulary, Bias::without);
    }
  }

  struct Workspace {
    AttentionWorkspace<T> attention;
    Tensor<T, 3> encoded;  // [batch, N, C]
    Tensor<T, 3> stream;   // [batch, N, D]
    Tensor<T, 3> words;    // [batch, N, vocabulary]
  };
  Workspace workspace() const {
    return {AttentionWorkspace<T>(config_.attention), {}, {}, {}};
  }

  struct Trace {
    LayerTraces<T, BertLayerTrace<T>> layers;
    AttentionLayerBackward<T> backward;
    Tensor<T, 3> embedded;    // [batch, N, D], where inputs are projected
    Tensor<T, 3> d_stream;    // [batch, N, D]
    Tensor<T, 3> d_embedded;  // [batch, N, D]
    Tensor<T, 3> d_encoded;   // [batch, N, C], where inputs are projected

    Trace(Keep keep, AttentionForm form) : layers(keep), backward(form) {}
  };
  Trace trace(Keep keep) const { return Trace(keep, config_.attention); }

  const Tensor<T, 3>& forward(const Tensor<T, 3>& input, const Mask& mask,
                              Workspace& w, Ledger& ledger,
                              Trace* trace = nullptr) const {
    const Tensor<T, 3>* embedded = &input_.forward(input, w.encoded, ledger);
    if (config_.projects_input()) {
      Tensor<T, 3>& to =
          trace == nullptr ? w.attention.normed : trace->embedded;
      linear(*embedded, projection_, to, ledger[Part::input_projection]);
      embedded = &to;
    }
    layer_norm(*embedded, norm_, w.stream, ledger[Part::layer_norm]);
    if (trace != nullptr) trace->layers.begin();
    for (const BertLayer<T>& layer : layers_) {
      const auto run = layer_forward(layer, mask, w, ledger);
      if (trace == nullptr) {
        run(w.stream, nullptr);
      } else {
        trace->layers.forward(w.stream, ledger, run);
      }
    }
    if (config_.vocabulary == 0) return w.stream;
    linear(w.stream, vocabulary_, w.words, ledger[Part::output_projection]);
    return w.words;
  }

  void backward(const Tensor<T, 3>& input, const Mask& mask,
                const Tensor<T, 3>& d_output, Workspace& w, Trace& trace,
                Bert& gradient, Tensor<T, 3>* d_input, Ledger& ledger) const {
    if (config_.vocabulary == 0) {
      keep_copy(d_output, trace.d_stream, ledger);
    } else {
      trace.d_stream.resize(w.stream.shape());
      linear_gradient<T>(w.stream, d_output, gradient.vocabulary_,
                         ledger[Part::output_projection]);
      linear_input_gradient<T>(d_output, vocabulary_, trace.d_stream,
                               Onto::nothing, ledger[Part::output_projection]);
    }
    for (std::size_t i = layers_.size(); i-- > 0;) {
      layers_[i].backward(
          trace.layers.take_last(ledger,
                                 layer_forward(layers_[i], mask, w, ledger)),
          mask, trace.d_stream, trace.backward, gradient.layers_[i], ledger);
    }
    const bool encodes = config_.input.positions != Positions::none;
    input_backward(encodes ? w.encoded : input, trace, gradient, d_input,
                   ledger);
  }

  void for_each_parameter(const ParameterVisitor<T>& visit) {
    input_.for_each_parameter("positions", visit);
    if (config_.projects_input()) {
      projection_.for_each_parameter("input", visit);
    }
    norm_.for_each_parameter("norm", visit);
    for (std::size_t layer = 0; layer < layers_.size(); ++layer) {
      layers_[layer].for_each_parameter(fmt::format("layer{}", layer), visit);
    }
    if (config_.vocabulary > 0) {
      vocabulary_.for_each_parameter("vocabulary", visit);
    }
  }

 private:
  // One layer's forward, with a trace or null.
  auto layer_forward(const BertLayer<T>& layer, const Mask& mask, Workspace& w,
                     Ledger& ledger) const {
    return [&](Tensor<T, 3>& stream, BertLayerTrace<T>* trace) {
      layer.forward(stream, mask, w.attention, ledger, trace);
    };
  }

  // From the gradient of the first layer's input.
  void input_backward(const Tensor<T, 3>& encoded, Trace& trace, Bert& gradient,
                      Tensor<T, 3>* d_input, Ledger& ledger) const {
    const bool projects = config_.projects_input();
    trace.d_embedded.resize(trace.d_stream.shape());
    if (ledger.computes()) trace.d_embedded.fill(T(0));
    layer_norm_backward(projects ? trace.embedded : encoded, norm_,
                        trace.d_stream, gradient.norm_, trace.d_embedded,
                        trace.backward.norm_room, ledger[Part::layer_norm]);
    if (projects) {
      linear_gradient<T>(encoded, trace.d_embedded, gradient.projection_,
                         ledger[Part::input_projection]);
    }
    if (d_input == nullptr && !input_.learns()) return;
    if (projects) {
      trace.d_encoded.resize(encoded.shape());
      linear_input_gradient<T>(trace.d_embedded, projection_, trace.d_encoded,
                               Onto::nothing, ledger[Part::input_projection]);
    }
    input_.backward(projects ? trace.d_encoded : trace.d_embedded,
                    gradient.input_, d_input, ledger);
  }

  BertConfig config_;
  InputEncoding<T> input_;
  Linear<T> projection_;  // [C, D], where C differs from D
  LayerNorm<T> norm_;     // of what is embedded
  std::vector<BertLayer<T>> layers_;
  Linear<T> vocabulary_;  // [D, vocabulary], the embedding of tokens
};

// A post-norm layer has the same parts as a pre-norm one.
Cost bert_cost(const Shape& s, const Options& options, std::size_t scalar,
               int threads) {
  const BertConfig config(s, options);
  const std::size_t rows = s.batch * s.N;
  const Cost encoding = formula::input_encoding(config.input, s.batch, scalar);
  const Cost layer = formula::attention_layer(
      config.layer, s.batch, s.N, s.N, s.B, config.attention, scalar, threads);
  Cost cost = encoding + layer;
  cost.parameters = encoding.parameters + 2 * s.D + s.B * layer.parameters;
  cost[Part::layer_norm].bytes_moved += 2 * rows * s.D * scalar;
  if (config.projects_input()) {
    cost[Part::input_projection] = formula::linear(rows, s.C, s.D, scalar);
    cost.parameters += formula::linear_parameters(s.C, s.D);
  }
  if (config.vocabulary > 0) {
    cost[Part::output_projection] +=
        formula::linear(rows, s.D, config.vocabulary, scalar);
    cost.parameters +=
        formula::linear_parameters(s.D, config.vocabulary, Bias::without);
  }
  cost.bytes_held =
      encoding.bytes_held + layer.bytes_held +
      scalar * (cost.parameters + rows * (s.C + s.D + config.vocabulary));
  return cost;
}

// A post-norm layer's backward is a pre-norm one's, but that the MLP's norm is
// not made again, and that the gradient of the MLP's input meets the
// residual's.
Cost layers_backward(const AttentionLayerSizes& sizes, std::size_t uses,
                     std::size_t scalar, int threads) {
  const std::uint64_t stream =
      scalar * sizes.batch * sizes.rows * sizes.widths.channels;
  Cost cost = formula::attention_layer_backward(sizes, uses, /*d_inputs=*/false,
                                                scalar, threads);
  cost[Part::layer_norm].bytes_moved -= uses * 2 * stream;
  cost[Part::mlp].bytes_moved += uses * stream;
  return cost;
}

TrainingCost bert_training_cost(const Shape& s, const Options& options,
                                std::size_t scalar, int threads, Keep keep) {
  const BertConfig config(s, options);
  const AttentionLayerSizes sizes{config.layer, s.batch, s.N, 0,
                                  config.attention};
  const std::size_t rows = s.batch * s.N;
  const bool learns = config.input.positions == Positions::learned;
  const bool keeps_all = keep == Keep::activations;
  const Cost keeping = formula::attention_layer_keeping(sizes, s.B, scalar);
  TrainingCost cost;
  cost.forward = bert_cost(s, options, scalar, threads);
  cost.backward = layers_backward(sizes, s.B, scalar, threads);
  // Of d_stream, d_embedded and the output's gradient; each layer's widened.
  std::size_t values = rows * (2 * s.D + config.output_channels()) +
                       rows * s.D * (keeps_all ? s.B : 1);
  if (config.projects_input()) {  // embedded and d_encoded
    values += rows * (s.D + (learns ? s.C : 0));
  }
  cost.bytes_held = cost.forward.bytes_held + cost.backward.bytes_held +
                    scalar * (cost.forward.parameters + values) +
                    formula::traces_held(sizes, s.B, keep, scalar, threads) -
                    formula::buffers_unused(sizes, keep, scalar);
  cost.backward[Part::layer_norm].bytes_moved += 4 * rows * s.D * scalar;
  cost.backward +=
      formula::input_projection_backward(rows, s.C, s.D, learns, scalar);
  if (config.vocabulary > 0) {
    cost.backward[Part::output_projection] +=
        formula::linear_gradient(rows, s.D, config.vocabulary, scalar) +
        formula::linear_input_gradient(rows, s.D, config.vocabulary, scalar);
  }
  if (keeps_all) {
    cost.forward += keeping;
  } else {
    cost.backward +=
        keeping + formula::attention_layer(config.layer, s.batch, s.N, s.N, s.B,
                                           config.attention, scalar, threads);
  }
  return cost;
}

oracle::Array bert_reference(const Shape& shape, const Options& options,
                             const oracle::Parameters& parameters,
                             const oracle::Array& input,
                             const oracle::Valid& valid) {
  const BertConfig config(shape, options);
  oracle::Array x =
      oracle::encode(input, options.text("positions"), 0, parameters);
  if (config.projects_input()) x = oracle::linear(x, parameters, "input");
  x = oracle::layer_norm(x, parameters, "norm");
  for (std::size_t layer = 0; layer < shape.B; ++layer) {
    const std::string name = "layer" + std::to_string(layer);
    const oracle::Array mixed =
        oracle::attend(x, x, parameters, name, shape.H, valid);
    x = oracle::sum(x, oracle::linear(mixed, parameters, name + ".output"));
    x = oracle::layer_norm(x, parameters, name + ".norm");
    const oracle::Array hidden =
        oracle::linear(x, parameters, name + ".mlp_in");
    const oracle::Array active = options.text("gelu") == "tanh"
                                     ? oracle::gelu_tanh(hidden)
                                     : oracle::gelu_erf(hidden);
    x = oracle::sum(x, oracle::linear(active, parameters, name + ".mlp_out"));
    x = oracle::layer_norm(x, parameters, name + ".mlp_norm");
  }
  return config.vocabulary == 0 ? x
                                : oracle::linear(x, parameters, "vocabulary");
}

Contestant bert() {
  Contestant contestant{{
      .name = "bert",
      .facts = {.paper = "Devlin et al. 2019, §3; Jaegle et al. 2022, Table 1",
                .idea =
                    "a post-norm transformer of embedded tokens, which asks "
                    "for the masked ones",
                .cost = "O(B·N²·D)",
                .dimensions = "N B C D H batch",
                .exact = true,
                .permutation_equivariant = true},
      .options =
          {attention_form_option(),
           number("widening", 4, "How many times D is the MLP's hidden width?"),
           choice("gelu", {"erf", "tanh"}, "Which form has the MLP's GELU?"),
           choice("positions", {"none", "learned"},
                  "How are inputs told where they stand?"),
           number("vocabulary", 0,
                  "How many tokens are known? The output, one logit each, and "
                  "the parameters of their embedding; 0: neither")},
  }};
  contestant.cost = bert_cost;
  contestant.training_cost = bert_training_cost;
  contestant.output_channels = [](const Shape& shape, const Options& options) {
    return BertConfig(shape, options).output_channels();
  };
  contestant.reference = bert_reference;
  make_with<Bert>(contestant);
  return contestant;
}

const Registration registered(bert());

}  // namespace
}  // namespace suite
