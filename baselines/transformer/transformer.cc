#include "baselines/transformer/transformer.h"

#include <memory>

#include "baselines/transformer/attention_error.h"
#include "contract/formula.h"

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
    const MixingWidths widths = variant.widths(shape, options);
    layer.key_channels = widths.keys;
    layer.shared_keys = widths.keys == 0;
    layer.value_channels = widths.values;
  }

  bool projects_input() const {
    return input.encoded_channels() != layer.channels;
  }
};

std::string layer_name(std::size_t layer) {
  return fmt::format("layer{}", layer);
}
std::string mixing_name(std::size_t layer) {
  return layer_name(layer) + ".mixing";
}

template <class T>
class Transformer : public Encoder<T> {
 public:
  Transformer(const AttentionVariant& variant, const Shape& shape,
              const Options& options)
      : config_(variant, shape, options),
        input_(config_.input),
        buffers_(AttentionForm::streaming),
        mixing_(variant.make<T>(shape, options)) {
    for (std::size_t layer = 0; layer < shape.B; ++layer) {
      layers_.emplace_back(config_.layer);
    }
    if (config_.projects_input()) {
      projection_ = Linear<T>(config_.input.encoded_channels(), shape.D);
    }
  }

  const Tensor<T, 3>& forward(const Tensor<T, 3>& input, const Mask& mask,
                              Ledger& ledger) override {
    const Tensor<T, 3>& encoded = input_.forward(input, ledger);
    if (config_.projects_input()) {
      linear(encoded, projection_, stream_, ledger[Part::input_projection]);
    } else if (ledger.computes()) {
      stream_ = encoded;
    } else {
      stream_.resize(encoded.shape());
    }
    for (std::size_t layer = 0; layer < layers_.size(); ++layer) {
      const Mix<T> mix = [this, layer](const AttentionInputs<T>& inputs,
                                       Tensor<T, 3>& output, Ledger& book) {
        mixing_->forward(layer, inputs, output, book);
      };
      layers_[layer].forward(stream_, mask, mix, buffers_, ledger);
    }
    return stream_;
  }

  void for_each_parameter(const ParameterVisitor<T>& visit) override {
    input_.for_each_parameter("positions", visit);
    if (config_.projects_input()) {
      projection_.for_each_parameter("input", visit);
    }
    for (std::size_t layer = 0; layer < layers_.size(); ++layer) {
      layers_[layer].for_each_parameter(layer_name(layer), visit);
      mixing_->for_each_parameter(layer, mixing_name(layer), visit);
    }
  }

 private:
  TransformerConfig config_;
  InputEncoding<T> input_;
  Linear<T> projection_;  // [C, D], where C differs from D
  std::vector<AttentionLayer<T>> layers_;
  AttentionBuffers<T> buffers_;
  std::unique_ptr<Mixing<T>> mixing_;
  Tensor<T, 3> stream_;  // [batch, N, D]
};

Cost transformer_cost(const AttentionVariant& variant, const Shape& s,
                      const Options& options, std::size_t scalar,
                      int threads) {
  const TransformerConfig config(variant, s, options);
  const Cost encoding = formula::input_encoding(config.input, s.batch, scalar);
  const Cost layer =
      formula::mixing_layer(config.layer, s.batch, s.N, s.B,
                            variant.cost(s, options, scalar, threads), scalar);
  Cost cost = encoding + layer;
  cost.parameters = encoding.parameters + s.B * layer.parameters;
  if (config.projects_input()) {
    const std::size_t encoded = config.input.encoded_channels();
    cost[Part::input_projection] =
        formula::linear(s.batch * s.N, encoded, s.D, scalar);
    cost.parameters += formula::linear_parameters(encoded, s.D);
  }
  cost.bytes_held = encoding.bytes_held + layer.bytes_held +
                    scalar * (cost.parameters + s.batch * s.N * (s.C + s.D));
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

// `mixing` is the variant's own, or what it nears.
Reference reference_of(decltype(AttentionVariant::reference) mixing) {
  return [mixing](const Shape& shape, const Options& options,
                   const oracle::Parameters& parameters,
                   const oracle::Array& input, const oracle::Valid& valid) {
    const auto mix = [&](std::size_t layer) -> NaiveMix {
      return [&, layer](const oracle::Array& q, const oracle::Array& k,
                        const oracle::Array& v) {
        return mixing({shape, options, parameters,
                                   mixing_name(layer), q, k, v, valid});
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
  Contestant contestant{
      .name = fmt::format("transformer(attention={})", variant->name),
      .facts = variant->facts,
      .options = options_with(*variant),
      .trial = variant->trial,
      .make_float =
          [variant](const Shape& shape, const Options& options) {
            return std::make_unique<Transformer<float>>(*variant, shape,
                                                        options);
          },
      .make_double =
          [variant](const Shape& shape, const Options& options) {
            return std::make_unique<Transformer<double>>(*variant, shape,
                                                         options);
          },
      .cost =
          [variant](const Shape& shape, const Options& options,
                    std::size_t scalar, int threads) {
            return transformer_cost(*variant, shape, options, scalar, threads);
          },
      .reference = reference_of(variant->reference),
      .rounding = variant->rounding,
      .chooses = variant->chooses,
      .growth = variant->growth,
      .limit = variant->limit,
      .golden = variant->golden,
      .settings = variant->settings,
      .error =
          [variant](const Shape& shape, const Options& options, Pattern pattern,
                    std::uint64_t seed) {
            return attention_error(*variant, shape, options, pattern, seed);
          }};
  contestant.facts.letters = "N B C D H batch";
  if (contestant.limit && !contestant.limit->reference) {
    contestant.limit->reference = variant->limit_reference
                                      ? reference_of(variant->limit_reference)
                                      : softmax_reference;
  }
  return contestant;
}

}  // namespace suite
