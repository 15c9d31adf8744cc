// The transformer encoder (Vaswani et al. 2017, §3.1), pre-norm: B layers of
// full self-attention over all N inputs. Its layer is the Perceiver's latent
// layer, so what differs between the two is the algorithm alone.
// Cost: O(B·N²·D).
#include "contract/formula.h"
#include "contract/registry.h"

namespace suite {
namespace {

struct TransformerConfig {
  AttentionForm attention;
  InputEncodingWidths input;
  AttentionLayerWidths layer;

  TransformerConfig(const Shape& shape, const Options& options)
      : attention(attention_form(options.text("attention"))),
        input{shape.N, shape.C, positions(options.text("positions")),
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
  }

  bool projects_input() const {
    return input.encoded_channels() != layer.channels;
  }
};

template <class T>
class Transformer : public Encoder<T> {
 public:
  Transformer(const Shape& shape, const Options& options)
      : config_(shape, options),
        input_(config_.input),
        buffers_(config_.attention) {
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
    for (const AttentionLayer<T>& layer : layers_) {
      layer.forward(stream_, mask, buffers_, ledger);
    }
    return stream_;
  }

  void for_each_parameter(const ParameterVisitor<T>& visit) override {
    input_.for_each_parameter("positions", visit);
    if (config_.projects_input()) {
      projection_.for_each_parameter("input", visit);
    }
    for (std::size_t layer = 0; layer < layers_.size(); ++layer) {
      layers_[layer].for_each_parameter(fmt::format("layer{}", layer), visit);
    }
  }

 private:
  TransformerConfig config_;
  InputEncoding<T> input_;
  Linear<T> projection_;  // [C, D], where C differs from D
  std::vector<AttentionLayer<T>> layers_;
  AttentionBuffers<T> buffers_;
  Tensor<T, 3> stream_;  // [batch, N, D]
};

Cost transformer_cost(const Shape& s, const Options& options,
                      std::size_t scalar, int threads) {
  const TransformerConfig config(s, options);
  const Cost encoding = formula::input_encoding(config.input, s.batch, scalar);
  const Cost layer = formula::attention_layer(
      config.layer, s.batch, s.N, s.N, s.B, config.attention, scalar, threads);
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

oracle::Array transformer_reference(const Shape& shape, const Options& options,
                                    const oracle::Parameters& parameters,
                                    const oracle::Array& input,
                                    const oracle::Valid& valid) {
  const TransformerConfig config(shape, options);
  oracle::Array x = oracle::encode(input, options.text("positions"),
                                   config.input.bands, parameters);
  if (config.projects_input()) x = oracle::linear(x, parameters, "input");
  const oracle::LayerForm form{shape.H, true, options.text("gelu") == "tanh"};
  for (std::size_t layer = 0; layer < shape.B; ++layer) {
    x = oracle::attention_layer(x, nullptr, parameters,
                                "layer" + std::to_string(layer), form, valid);
  }
  return x;
}

Contestant transformer() {
  Contestant contestant{
      .name = "transformer",
      .facts = {.paper = "Vaswani et al. 2017, §3.1 and Table 1",
                .idea = "every input attends to every input, in B layers",
                .cost = "O(B·N²·D)",
                .letters = "N B C D H batch",
                .exact = true,
                .permutation_equivariant = true},
      .options =
          {choice("attention", {"streaming", "materialised"},
                  "In which form is attention computed?"),
           number("widening", 1,
                  "How many times D is the MLP's hidden width? Vaswani: 4"),
           choice("gelu", {"erf", "tanh"}, "Which form has the MLP's GELU?"),
           choice("positions", {"none", "fourier", "learned"},
                  "How are inputs told where they stand?"),
           number("bands", 16, "How many bands have Fourier features?")},
      .cost = transformer_cost,
      .reference = transformer_reference};
  make_with<Transformer>(contestant);
  return contestant;
}

const Registration registered(transformer());

}  // namespace
}  // namespace suite
