#include "perceiver/io/model.h"

namespace suite {
namespace {

// Positions stand in the rows already when an encoder reads them.
PerceiverConfig encoder_config(const IoConfig& config) {
  EncoderConfig encoder = config.encoder;
  encoder.gelu = config.semantics.gelu;
  encoder.mean_if_blind = config.semantics.mean_if_blind;
  return {encoder,
          {.inputs = input_rows(config), .channels = input_channels(config)}};
}

}  // namespace

template <class T>
IoModel<T>::IoModel(const IoConfig& config)
    : config_(config),
      rows_(config),
      encoder_(encoder_config(config), /*batch=*/1),
      decoder_(config) {}

template <class T>
const Tensor<T, 3>& IoModel<T>::encode(const IoInput<T>& input,
                                       Ledger& ledger) {
  read_ = &rows_.forward(input.raw, ledger);
  require(input.mask.size() == 0 || (input.mask.shape(0) == read_->shape(0) &&
                                     input.mask.shape(1) == read_->shape(1)),
          "a mask of [{}, {}] for [{}, {}] rows", input.mask.shape(0),
          input.mask.shape(1), read_->shape(0), read_->shape(1));
  return encoder_.forward(*read_, input.mask, ledger);
}

template <class T>
const Outputs<T>& IoModel<T>::forward(const IoInput<T>& input,
                                      Ledger& ledger) {
  const Tensor<T, 3>& latents = encode(input, ledger);
  if (config_.decoder.kind == DecoderConfig::Kind::none) {
    outputs_["latents"] = latents;
    return outputs_;
  }
  decoder_.forward(
      {latents, *read_, input.mask, rows_.vocabulary(), input.points},
      outputs_, ledger);
  return outputs_;
}

template <class T>
void IoModel<T>::for_each_parameter(const ParameterVisitor<T>& visit) {
  rows_.for_each_parameter(visit);
  encoder_.for_each_parameter([&](const Parameter<T>& parameter) {
    Parameter<T> named = parameter;
    named.name = "encoder." + parameter.name;
    visit(named);
  });
  decoder_.for_each_parameter(visit);
}

template <class T>
void initialise(IoModel<T>& model, std::uint64_t seed) {
  const auto draw = [seed](const Parameter<T>& parameter) {
    initialise(parameter, seed);
  };
  model.for_each_parameter(draw);
  model.for_each_statistic(draw);
}

template class IoModel<float>;
template class IoModel<double>;
template void initialise<float>(IoModel<float>&, std::uint64_t);
template void initialise<double>(IoModel<double>&, std::uint64_t);

}  // namespace suite
