#include "perceiver/io/model.h"

namespace suite {
namespace {

// Positions stand in the rows already when an encoder reads them.
PerceiverConfig encoder_config(const IoConfig& config) {
  EncoderConfig encoder = config.encoder;
  encoder.gelu = config.semantics.gelu;
  encoder.mean_if_fully_masked = config.semantics.mean_if_fully_masked;
  return {encoder,
          {.inputs = input_rows(config), .channels = input_channels(config)}};
}

}  // namespace

template <class T>
IoModel<T>::IoModel(const IoConfig& config)
    : config_(config),
      preprocessor_(config),
      encoder_(encoder_config(config), /*batch=*/1),
      decoder_(config) {}

// What the encoder reads.
template <class T>
const Tensor<T, 3>& IoModel<T>::rows_of(const IoInput<T>& input,
                                        Workspace& workspace,
                                        Ledger& ledger) const {
  const Tensor<T, 3>& rows =
      preprocessor_.forward(input.raw, workspace.preprocessor, ledger);
  require(input.mask.size() == 0 || (input.mask.shape(0) == rows.shape(0) &&
                                     input.mask.shape(1) == rows.shape(1)),
          "a mask of [{}, {}] for [{}, {}] rows", input.mask.shape(0),
          input.mask.shape(1), rows.shape(0), rows.shape(1));
  return rows;
}

template <class T>
const Tensor<T, 3>& IoModel<T>::encode(const IoInput<T>& input,
                                       Workspace& workspace,
                                       Ledger& ledger) const {
  return encoder_.forward(rows_of(input, workspace, ledger), input.mask,
                          workspace.encoder, ledger);
}

template <class T>
const Outputs<T>& IoModel<T>::forward(const IoInput<T>& input,
                                      Workspace& workspace,
                                      Ledger& ledger) const {
  Outputs<T>& outputs = workspace.outputs;
  const Tensor<T, 3>& rows = rows_of(input, workspace, ledger);
  const Tensor<T, 3>& latents =
      encoder_.forward(rows, input.mask, workspace.encoder, ledger);
  if (config_.decoder.kind == DecoderConfig::Kind::none) {
    outputs["latents"] = latents;
    return outputs;
  }
  decoder_.forward(
      {latents, rows, input.mask, preprocessor_.vocabulary(), input.points},
      workspace.decoder, outputs, ledger);
  return outputs;
}

template <class T>
void IoModel<T>::for_each_parameter(const ParameterVisitor<T>& visit) {
  preprocessor_.for_each_parameter(visit);
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
