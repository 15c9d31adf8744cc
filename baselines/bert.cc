// BERT (Devlin et al. 2019, §3), the transformer that Perceiver IO's Table 1
// compares with: B layers of full self-attention, post-norm, and for masked
// tokens a product with the vocabulary. Inputs are embedded tokens.
// Cost: O(B·N²·D), and O(N·D·vocabulary).
#include <algorithm>

#include "contract/registry.h"
#include "primitives/attention_layer/attend.h"
#include "primitives/attention_layer/attention_layer_formula.h"
#include "primitives/attention_layer/layer_traces.h"
#include "primitives/keep.h"
#include "primitives/layers/gelu_pass.h"
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
};

template <class T>
void clear(Tensor<T, 3>& values, const Ledger& ledger) {
  if (ledger.computes()) std::fill(values.begin(), values.end(), T(0));
}

template <class T>
struct BertLayerTrace : AttentionLayerTrace<T> {
  Tensor<T, 3> widened;  // [batch, N, D], what the last norm was given
};

// x ← norm(x + attention(x)), then x ← norm(x + mlp(x)).
template <class T>
class BertLayer {
 public:
  explicit BertLayer(const AttentionLayerWidths& w)
      : gelu_(w.gelu),
        projections_{Linear<T>(w.channels, w.qk_channels),
                     Linear<T>(w.channels, w.qk_channels),
                     Linear<T>(w.channels, w.v_channels), w.heads},
        output_(w.v_channels, w.channels),
        norm_(w.channels),
        mlp_in_(w.channels, w.widening * w.channels),
        mlp_out_(w.widening * w.channels, w.channels),
        mlp_norm_(w.channels) {}

  // stream[batch, N, D] ← the layer's output; leaves in `trace`, unless it is
  // null, what backward needs.
  void forward(Tensor<T, 3>& stream, const Mask& mask, AttentionWorkspace<T>& w,
               Ledger& ledger, BertLayerTrace<T>* trace) const {
    Tensor<T, 3>& mixed = trace == nullptr ? w.mixed : trace->mixed;
    if (trace != nullptr) keep_copy(stream, trace->stream, ledger);
    attend(stream, mask, projections_, w, mixed, ledger,
           trace == nullptr ? nullptr : &trace->attend);
    linear_onto(mixed, output_, stream, ledger[Part::output_projection]);
    if (trace != nullptr) keep_copy(stream, trace->attended, ledger);
    layer_norm(stream, norm_, w.normed, ledger[Part::layer_norm]);
    if (trace == nullptr) {
      linear_gelu(w.normed, mlp_in_, gelu_, w.hidden, ledger[Part::mlp]);
    } else {
      linear(w.normed, mlp_in_, trace->hidden, ledger[Part::mlp]);
      gelu_pass(trace->hidden, gelu_, w.hidden, ledger[Part::mlp]);
    }
    linear_onto(w.hidden, mlp_out_, w.normed, ledger[Part::mlp]);
    if (trace != nullptr) keep_copy(w.normed, trace->widened, ledger);
    layer_norm(w.normed, mlp_norm_, stream, ledger[Part::layer_norm]);
  }

  // d_stream[batch, N, D], the gradient of the output, becomes that of the
  // input; `gradient` is added to.
  void backward(const BertLayerTrace<T>& trace, const Mask& mask,
                Tensor<T, 3>& d_stream, AttentionLayerBackward<T>& w,
                BertLayer& gradient, Ledger& ledger) const {
    w.d_normed.resize(d_stream.shape());
    w.d_hidden.resize(trace.hidden.shape());
    w.d_mixed.resize(trace.mixed.shape());
    clear(w.d_normed, ledger);
    layer_norm_backward(trace.widened, mlp_norm_, d_stream, gradient.mlp_norm_,
                        w.d_normed, w.norm_room, ledger[Part::layer_norm]);
    linear_input_gradient<T>(w.d_normed, mlp_out_, w.d_hidden, Onto::nothing,
                             ledger[Part::mlp]);
    gelu_backward(trace.hidden, gelu_, w.hidden, w.d_hidden, ledger[Part::mlp]);
    linear_gradient<T>(w.hidden, w.d_normed, gradient.mlp_out_,
                       ledger[Part::mlp]);
    layer_norm(trace.attended, norm_, w.normed, ledger[Part::layer_norm]);
    linear_gradient<T>(w.normed, w.d_hidden, gradient.mlp_in_,
                       ledger[Part::mlp]);
    linear_input_gradient<T>(w.d_hidden, mlp_in_, w.d_normed,
                             Onto::what_is_there, ledger[Part::mlp]);
    clear(d_stream, ledger);
    layer_norm_backward(trace.attended, norm_, w.d_normed, gradient.norm_,
                        d_stream, w.norm_room, ledger[Part::layer_norm]);
    linear_input_gradient<T>(d_stream, output_, w.d_mixed, Onto::nothing,
                             ledger[Part::output_projection]);
    linear_gradient<T>(trace.mixed, d_stream, gradient.output_,
                       ledger[Part::output_projection]);
    attend_backward(trace.stream, mask, projections_, trace.attend, trace.mixed,
                    w.d_mixed, w.attend, gradient.projections_, w.d_normed,
                    ledger);
    if (!ledger.computes()) return;
    std::transform(d_stream.begin(), d_stream.end(), w.d_normed.begin(),
                   d_stream.begin(), std::plus<T>());
  }

  void for_each_parameter(const std::string& name,
                          const ParameterVisitor<T>& visit) {
    projections_.for_each_parameter(name, visit);
    output_.for_each_parameter(name + ".output", visit);
    norm_.for_each_parameter(name + ".norm", visit);
    mlp_in_.for_each_parameter(name + ".mlp_in", visit);
    mlp_out_.for_each_parameter(name + ".mlp_out", visit);
    mlp_norm_.for_each_parameter(name + ".mlp_norm", visit);
  }

 private:
  Gelu gelu_;
  Projections<T> projections_;
  Linear<T> output_;
  LayerNorm<T> norm_;
  Linear<T> mlp_in_;
  Linear<T> mlp_out_;
  LayerNorm<T> mlp_norm_;
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
    clear(trace.d_embedded, ledger);
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
  contestant.output_channels = [](const Shape& shape, const Options& options) {
    const std::size_t vocabulary = options.number("vocabulary");
    return vocabulary > 0 ? vocabulary : shape.D;
  };
  contestant.reference = bert_reference;
  make_with<Bert>(contestant);
  return contestant;
}

const Registration registered(bert());

}  // namespace
}  // namespace suite
