#include "baselines/transformer/transformer.h"

#include <memory>

#include "baselines/transformer/attention_error.h"
#include "primitives/attention_layer/attention_layer.h"
#include "primitives/attention_layer/attention_layer_formula.h"
#include "primitives/attention_layer/layer_traces.h"
#include "primitives/keep.h"
#include "primitives/layers/input_encoding.h"
#include "primitives/layers/input_encoding_formula.h"
#include "primitives/layers/input_projection.h"
#include "primitives/layers/linear_formula.h"

namespace suite {
namespace {

using Variant = std::shared_ptr<const AttentionVariant>;

struct TransformerConfig {
  InputEncodingWidths input;
  AttentionLayerWidths layer;

  TransformerConfig(const AttentionVariant& variant, const Shape& shape,
                    const Options& options)
      : input{shape.N, shape.C, positions(options.text("positions")),
              options.number("bands")},
        layer{.channels = shape.D,
              .qk_channels = shape.D,
              .v_channels = shape.D,
              .heads = shape.H,
              .widening = options.number("widening"),
              .gelu = options.text("gelu") == "tanh" ? Gelu::tanh : Gelu::erf} {
    require(shape.D % shape.H == 0, "H = {} heads do not divide D = {}",
            shape.H, shape.D);
    require(layer.widening > 0, "widening = 0: must be at least 1");
    if (!variant.widths) return;
    const MixerWidths widths = variant.widths(shape, options);
    layer.key_channels = widths.keys;
    layer.shared_keys = widths.keys == 0;
    layer.value_channels = widths.values;
  }

  // Throws Error for what needs to know where among all inputs a rank's are.
  void require_shared_inputs() const {
    require(input.positions == Positions::none,
            "over ranks inputs are read without positions: positions = none");
  }
};

std::string layer_name(std::size_t layer) {
  return fmt::format("layer{}", layer);
}
std::string mixer_name(std::size_t layer) {
  return layer_name(layer) + ".mixing";
}

template <class T>
class Transformer {
 public:
  Transformer(const AttentionVariant& variant, const Shape& shape,
              const Options& options)
      : Transformer(TransformerConfig(variant, shape, options)) {
    for (std::size_t layer = 0; layer < shape.B; ++layer) {
      layers_.push_back(
          {AttentionLayer<T>(config_.layer), variant.make<T>(shape, options)});
    }
  }

  struct Workspace {
    AttentionWorkspace<T> attention;
    std::unique_ptr<suite::Workspace> mixer;  // of all layers
    Tensor<T, 3> encoded;                     // [batch, N, ·]
    Tensor<T, 3> stream;                      // [batch, N, D]
  };
  Workspace workspace() const {
    return {AttentionWorkspace<T>(AttentionForm::streaming),
            layers_.front().mixer.workspace(),
            {},
            {}};
  }

  // As Encoder::share_out() says.
  void share_out(Workspace& workspace, Exchange& exchange) const {
    config_.require_shared_inputs();
    layers_.front().mixer.share_out(
        *workspace.mixer,
        share_of(config_.input.inputs, exchange.rank(), exchange.size()),
        exchange);
  }

  struct Trace {
    LayerTraces<T> layers;
    AttentionLayerBackward<T> backward;
    std::unique_ptr<suite::Workspace> mixer;  // of all layers
    Tensor<T, 3> d_stream;                    // [batch, N, D]
    Tensor<T, 3> d_encoded;                   // [batch, N, ·]
  };
  bool differentiable() const { return layers_.front().mixer.differentiable(); }
  Trace trace(Keep keep) const {
    return {LayerTraces<T>(keep),
            AttentionLayerBackward<T>(AttentionForm::streaming),
            layers_.front().mixer.backward_workspace(),
            {},
            {}};
  }

  const Tensor<T, 3>& forward(const Tensor<T, 3>& input, const Mask& mask,
                              Workspace& w, Ledger& ledger,
                              Trace* trace = nullptr) const {
    projection_.forward(input_.forward(input, w.encoded, ledger), w.stream,
                        ledger);
    if (trace != nullptr) trace->layers.begin();
    for (const Layer& layer : layers_) {
      const auto run = layer_forward(layer, mask, w, ledger);
      if (trace == nullptr) {
        run(w.stream, nullptr);
      } else {
        trace->layers.forward(w.stream, ledger, run);
      }
    }
    return w.stream;
  }

  void backward(const Tensor<T, 3>& input, const Mask& mask,
                const Tensor<T, 3>& d_output, Workspace& w, Trace& trace,
                Transformer& gradient, Tensor<T, 3>* d_input,
                Ledger& ledger) const {
    keep_copy(d_output, trace.d_stream, ledger);
    for (std::size_t i = layers_.size(); i-- > 0;) {
      const Layer& layer = layers_[i];
      const MixTokensBackward<T> mix =
          [&](const AttentionInputs<T>& inputs,
              const AttentionResult<T>& result,
              const AttentionInputGradients<T>& gradients, Ledger& book) {
            layer.mixer.backward(inputs, result, gradients, *trace.mixer,
                                 gradient.layers_[i].mixer, book);
          };
      const AttentionLayerTrace<T>& kept =
          trace.layers.take_last(ledger, layer_forward(layer, mask, w, ledger));
      layer.block.backward(kept, mask, mix, trace.d_stream, trace.backward,
                           gradient.layers_[i].block, ledger);
    }
    const bool encodes = config_.input.positions != Positions::none;
    const bool reaches = d_input != nullptr || input_.learns();
    projection_.backward(encodes ? w.encoded : input, trace.d_stream,
                         gradient.projection_,
                         reaches ? &trace.d_encoded : nullptr, ledger);
    if (reaches) {
      input_.backward(trace.d_encoded, gradient.input_, d_input, ledger);
    }
  }

  void for_each_parameter(const ParameterVisitor<T>& visit) {
    input_.for_each_parameter("positions", visit);
    projection_.for_each_parameter("input", visit);
    for (std::size_t i = 0; i < layers_.size(); ++i) {
      layers_[i].block.for_each_parameter(layer_name(i), visit);
      layers_[i].mixer.for_each_parameter(mixer_name(i), visit);
    }
  }

 private:
  struct Layer {
    AttentionLayer<T> block;
    TokenMixer<T> mixer;
  };

  // One layer's forward, with a trace or null.
  auto layer_forward(const Layer& layer, const Mask& mask, Workspace& w,
                     Ledger& ledger) const {
    return [&](Tensor<T, 3>& stream, AttentionLayerTrace<T>* trace) {
      const MixTokens<T> mix = [&](const AttentionInputs<T>& inputs,
                                   Tensor<T, 3>& output, Ledger& book) {
        layer.mixer.forward(
            inputs, *w.mixer, output, book,
            trace == nullptr ? nullptr : &trace->attend.attention);
      };
      layer.block.forward(stream, mask, mix, w.attention, ledger, trace);
    };
  }

  explicit Transformer(const TransformerConfig& config)
      : config_(config),
        input_(config.input),
        projection_(config.input.encoded_channels(), config.layer.channels) {}

  TransformerConfig config_;
  InputEncoding<T> input_;
  InputProjection<T> projection_;
  std::vector<Layer> layers_;
};

// Of layers that are mixed at the cost of `mixer`.
Cost transformer_cost(const TransformerConfig& config, const Shape& s,
                      const Cost& mixer, std::size_t scalar) {
  const Cost encoding = formula::input_encoding(config.input, s.batch, scalar);
  const Cost layer =
      formula::layer_with_mixer(config.layer, s.batch, s.N, s.B, mixer, scalar);
  Cost cost = encoding + layer;
  cost.parameters = encoding.parameters + s.B * layer.parameters;
  cost += formula::input_projection(
      s.batch * s.N, config.input.encoded_channels(), s.D, scalar);
  cost.bytes_held = encoding.bytes_held + layer.bytes_held +
                    scalar * (cost.parameters + s.batch * s.N * (s.C + s.D));
  return cost;
}

Cost transformer_cost(const AttentionVariant& variant, const Shape& s,
                      const Options& options, std::size_t scalar, int threads) {
  return transformer_cost(TransformerConfig(variant, s, options), s,
                          variant.cost(s, options, scalar, threads), scalar);
}

// All but the mixing is of the share's inputs alone.
Cost transformer_rank_cost(const AttentionVariant& variant, Shape s,
                           const Options& options, const InputShare& share,
                           std::size_t scalar, int threads) {
  const TransformerConfig config(variant, s, options);
  config.require_shared_inputs();
  const Cost mixer = variant.rank_cost(s, options, share, scalar, threads);
  s.N = share.inputs();
  return transformer_cost(config, s, mixer, scalar);
}

// What all layers keep for their backward, less what forward's own buffers have
// no need to hold then.
std::uint64_t kept_for_backward(const AttentionVariant& variant, const Shape& s,
                                const Options& options,
                                const AttentionLayerSizes& sizes,
                                std::size_t scalar, int threads, Keep keep) {
  // As traces_held() has them of any mixer.
  const std::uint64_t log_sum_exps = scalar * s.batch * s.H * s.N;
  const MixerTrace mixer = variant.trace ? variant.trace(s, options, scalar)
                                         : MixerTrace{log_sum_exps};
  const bool keeps_all = keep == Keep::activations;
  const std::size_t traces = keeps_all ? s.B : 1;
  return formula::traces_held(sizes, s.B, keep, scalar, threads) +
         traces * mixer.kept_bytes - traces * log_sum_exps -
         formula::buffers_unused(sizes, keep, scalar) -
         (keeps_all ? mixer.spared_bytes : 0);
}

TrainingCost transformer_training_cost(const AttentionVariant& variant,
                                       const Shape& s, const Options& options,
                                       std::size_t scalar, int threads,
                                       Keep keep) {
  const TransformerConfig config(variant, s, options);
  const AttentionLayerSizes sizes{config.layer, s.batch, s.N};
  const std::size_t encoded = config.input.encoded_channels();
  const bool learns = config.input.positions == Positions::learned;
  const Cost keeping = formula::attention_layer_keeping(sizes, s.B, scalar);
  TrainingCost cost;
  cost.forward = transformer_cost(variant, s, options, scalar, threads);
  cost.backward = formula::layer_with_mixer_backward(
      sizes, s.B, variant.backward_cost(s, options, scalar, threads), scalar,
      threads);
  cost.bytes_held =
      cost.forward.bytes_held + cost.backward.bytes_held +
      scalar * (cost.forward.parameters + 2 * s.batch * s.N * s.D +
                (learns ? s.batch * s.N * encoded : 0)) +
      kept_for_backward(variant, s, options, sizes, scalar, threads, keep);
  cost.backward += formula::input_projection_backward(s.batch * s.N, encoded,
                                                      s.D, learns, scalar);
  if (keep == Keep::activations) {
    cost.forward += keeping;
  } else {
    cost.backward +=
        keeping + formula::layer_with_mixer(
                      config.layer, s.batch, s.N, s.B,
                      variant.cost(s, options, scalar, threads), scalar);
  }
  return cost;
}

// `mix` is asked for each layer's rows; softmax attention without one.
template <class Mix>
oracle::Array transformer_reference(const Shape& shape, const Options& options,
                                    const oracle::Parameters& parameters,
                                    const oracle::Array& input,
                                    const oracle::Valid& valid,
                                    const Mix& mix) {
  oracle::Array x = oracle::encode(input, options.text("positions"),
                                   options.number("bands"), parameters);
  if (parameters.count("input.weight") > 0) {
    x = oracle::linear(x, parameters, "input");
  }
  for (std::size_t layer = 0; layer < shape.B; ++layer) {
    const oracle::LayerForm form{shape.H, true, options.text("gelu") == "tanh",
                                 mix(layer)};
    x = oracle::attention_layer(x, nullptr, parameters, layer_name(layer), form,
                                valid);
  }
  return x;
}

using NaiveMix = decltype(oracle::LayerForm::mix);

// `mixed` is the variant's own, or what it nears.
Reference reference_of(decltype(AttentionVariant::reference) mixed) {
  return [mixed](const Shape& shape, const Options& options,
                 const oracle::Parameters& parameters,
                 const oracle::Array& input, const oracle::Valid& valid) {
    const auto mix = [&](std::size_t layer) -> NaiveMix {
      return [&, layer](const oracle::Array& q, const oracle::Array& k,
                        const oracle::Array& v) {
        return mixed(
            {shape, options, parameters, mixer_name(layer), q, k, v, valid});
      };
    };
    return transformer_reference(shape, options, parameters, input, valid, mix);
  };
}

oracle::Array softmax_reference(const Shape& shape, const Options& options,
                                const oracle::Parameters& parameters,
                                const oracle::Array& input,
                                const oracle::Valid& valid) {
  return transformer_reference(shape, options, parameters, input, valid,
                               [](std::size_t) { return NaiveMix(); });
}

std::vector<OptionSpec> options_with(const AttentionVariant& variant) {
  std::vector<OptionSpec> options = variant.options;
  options.insert(
      options.end(),
      {number("widening", 1,
              "How many times D is the MLP's hidden width? Vaswani: 4"),
       choice("gelu", {"erf", "tanh"}, "Which form has the MLP's GELU?"),
       choice("positions", {"none", "fourier", "learned"},
              "How are inputs told where they stand?"),
       number("bands", 16, "How many bands have Fourier features?")});
  return options;
}

}  // namespace

Contestant transformer_with(const AttentionVariant& given) {
  const Variant variant = std::make_shared<const AttentionVariant>(given);
  Contestant contestant{static_cast<const Declaration&>(given)};
  contestant.name = fmt::format("transformer(attention={})", given.name);
  contestant.facts.dimensions = "N B C D H batch";
  contestant.options = options_with(given);
  contestant.make_float = [variant](const Shape& shape,
                                    const Options& options) {
    return as_encoder(Transformer<float>(*variant, shape, options));
  };
  contestant.make_double = [variant](const Shape& shape,
                                     const Options& options) {
    return as_encoder(Transformer<double>(*variant, shape, options));
  };
  contestant.cost = [variant](const Shape& shape, const Options& options,
                              std::size_t scalar, int threads) {
    return transformer_cost(*variant, shape, options, scalar, threads);
  };
  if (given.rank_cost) {
    contestant.rank_cost = [variant](const Shape& shape, const Options& options,
                                     const InputShare& share,
                                     std::size_t scalar, int threads) {
      return transformer_rank_cost(*variant, shape, options, share, scalar,
                                   threads);
    };
  }
  if (given.backward_cost) {
    contestant.training_cost = [variant](
                                   const Shape& shape, const Options& options,
                                   std::size_t scalar, int threads, Keep keep) {
      return transformer_training_cost(*variant, shape, options, scalar,
                                       threads, keep);
    };
  }
  contestant.reference = reference_of(given.reference);
  contestant.error = [variant](const Shape& shape, const Options& options,
                               Pattern pattern, std::uint64_t seed) {
    return attention_error(*variant, shape, options, pattern, seed);
  };
  if (contestant.limit && !contestant.limit->reference) {
    contestant.limit->reference = given.limit_reference
                                      ? reference_of(given.limit_reference)
                                      : softmax_reference;
  }
  return contestant;
}

}  // namespace suite
