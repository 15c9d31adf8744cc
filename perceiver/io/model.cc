#include "perceiver/io/model.h"

#include <algorithm>

#include "primitives/keep.h"

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

// zeros ← 0, of the shape of `like`.
template <class T>
void clear_like(const Tensor<T, 3>& like, Tensor<T, 3>& zeros,
                const Ledger& ledger) {
  zeros.resize(like.shape());
  if (ledger.computes()) zeros.fill(T(0));
}

}  // namespace

template <class T>
IoModel<T>::IoModel(const IoConfig& config)
    : config_(config),
      preprocessor_(config),
      encoder_(encoder_config(config), /*batch=*/1),
      decoder_(config) {}

template <class T>
void IoModel<T>::share_out(Workspace& workspace, Exchange& exchange) const {
  require_shareable(config_);
  encoder_.share_out(workspace.encoder, exchange);
  const std::size_t outputs = query_rows(config_);
  const OutputShare share =
      output_share(outputs, static_cast<std::size_t>(exchange.rank()),
                   static_cast<std::size_t>(exchange.size()));
  std::vector<std::size_t>& queries =
      workspace.points[config_.decoder.queries[0].name];
  queries.resize(share.chunks() * share.chunk);
  for (std::size_t i = 0; i < queries.size(); ++i) {
    queries[i] = std::min(share.first + i, outputs - 1);
  }
  workspace.share = share;
}

// What the encoder reads.
template <class T>
const Tensor<T, 3>& IoModel<T>::rows_of(const IoInput<T>& input,
                                        Workspace& workspace,
                                        Ledger& ledger) const {
  // A rank's rows are as they come, and the encoder looks at them.
  if (workspace.share) return *input.raw.begin()->second.values;
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
                                      Workspace& workspace, Ledger& ledger,
                                      Trace* trace) const {
  Outputs<T>& outputs = workspace.outputs;
  const Tensor<T, 3>& rows = rows_of(input, workspace, ledger);
  if (trace != nullptr) trace->rows = &rows;
  const Tensor<T, 3>& latents =
      encoder_.forward(rows, input.mask, workspace.encoder, ledger,
                       trace == nullptr ? nullptr : &trace->encoder);
  if (config_.decoder.kind == DecoderConfig::Kind::none) {
    outputs["latents"] = latents;
    return outputs;
  }
  decoder_.forward({latents, rows, input.mask, preprocessor_.vocabulary(),
                    workspace.share ? workspace.points : input.points,
                    workspace.share ? &*workspace.share : nullptr},
                   workspace.decoder, outputs, ledger,
                   trace == nullptr ? nullptr : &trace->decoder);
  return outputs;
}

template <class T>
void IoModel<T>::backward(const IoInput<T>& input,
                          const OutputGradients<T>& d_outputs, Workspace& w,
                          Trace& trace, IoModel& gradient,
                          const RawGradients& d_raw, Ledger& ledger) const {
  const Tensor<T, 3>& rows = *trace.rows;
  const Tensor<T, 3>& latents = w.encoder.stream;
  Tensor<T, 3>* d_rows =
      preprocessor_.learns() || !d_raw.empty() ? &trace.d_rows : nullptr;
  if (d_rows != nullptr) clear_like(rows, *d_rows, ledger);
  if (config_.decoder.kind == DecoderConfig::Kind::none) {
    const auto found = d_outputs.find("latents");
    require(found != d_outputs.end() &&
                found->second->shape() == latents.shape(),
            "a gradient of the output latents [{}, {}, {}] is needed",
            latents.shape(0), latents.shape(1), latents.shape(2));
    keep_copy(*found->second, trace.d_latents, ledger);
  } else {
    clear_like(latents, trace.d_latents, ledger);
    decoder_.backward(
        {latents, rows, input.mask, preprocessor_.vocabulary(), input.points},
        d_outputs, w.decoder, trace.decoder, gradient.decoder_,
        {trace.d_latents, d_rows, gradient.preprocessor_.vocabulary()}, ledger);
  }
  encoder_.backward(rows, input.mask, trace.d_latents, w.encoder, trace.encoder,
                    gradient.encoder_, d_rows, ledger);
  if (d_rows == nullptr) return;
  preprocessor_.backward(input.raw, *d_rows, w.preprocessor, trace.preprocessor,
                         gradient.preprocessor_, d_raw, ledger);
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
