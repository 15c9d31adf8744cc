#include "perceiver/io/decoder.h"
#include "primitives/keep.h"

namespace suite {
namespace {

AttentionLayerWidths layer_widths(const IoConfig& config) {
  const DecoderConfig& d = config.decoder;
  const std::size_t E = query_channels(config), D = config.encoder.channels;
  const std::size_t qk = or_else(d.qk_channels, d.keys_as_queries ? E : D);
  return {.channels = E,
          .input_channels = D,
          .qk_channels = qk,
          .v_channels = or_else(d.v_channels, qk),
          .heads = d.heads,
          .widening = d.widening,
          .query_residual = d.query_residual,
          // Latents are few and read by every chunk.
          .plan = {.keep = true},
          .gelu = config.semantics.gelu};
}

const TextInput* text_of(const IoConfig& config) {
  for (const Modality& modality : config.inputs) {
    const auto* text = std::get_if<TextInput>(&modality.input);
    if (text != nullptr) return text;
  }
  return nullptr;
}

// output[batch, first …, ·] ← the first rows of part[batch, ·, ·] / divisor.
template <class T>
void copy_divided(const Tensor<T, 3>& part, std::size_t first, std::size_t rows,
                  double divisor, Tensor<T, 3>& output) {
  const T factor = static_cast<T>(1 / divisor);
  for (std::size_t b = 0; b < part.shape(0); ++b) {
    const MatrixView<const T> from = example(part, b).row_range(0, rows);
    T* to = example(output, b).row(first);
    std::transform(from.data, from.data + from.rows * from.cols, to,
                   [factor](T value) { return value * factor; });
  }
}

}  // namespace

template <class T>
Decoder<T>::Decoder(const IoConfig& config)
    : config_(config.decoder),
      form_(config.encoder.attention),
      masks_queries_(config.semantics.masks_queries),
      channels_(query_channels(config)) {
  const std::size_t D = config.encoder.channels;
  if (config_.kind == DecoderConfig::Kind::average) {
    require(config_.outputs > 0, "a decoder that averages has no outputs");
    output_ = Linear<T>(D, config_.outputs);
  }
  if (config_.kind != DecoderConfig::Kind::query) return;
  require(!config_.queries.empty(), "a decoder without queries");
  cross_.emplace(layer_widths(config));
  if (config_.outputs > 0) output_ = Linear<T>(channels_, config_.outputs);
  const std::size_t width = or_else(config_.outputs, channels_);
  for (const QueryConfig& query : config_.queries) {
    Kind& kind = kinds_.emplace_back(Kind{Queries<T>(query, channels_), {}});
    if (query.outputs > 0) kind.output = Linear<T>(width, query.outputs);
  }
  if (config_.vocabulary) {
    const TextInput* text = text_of(config);
    require(text != nullptr && text->channels == width,
            "a vocabulary for outputs of {} channels: a text as wide is "
            "allowed",
            width);
    vocabulary_bias_.resize({text->vocabulary});
  }
}

template <class T>
void Decoder<T>::forward(const Sources& from, Workspace& workspace,
                         Outputs<T>& outputs, Ledger& ledger,
                         Trace* trace) const {
  if (config_.kind == DecoderConfig::Kind::average) {
    return average(from.latents, workspace, outputs, ledger);
  }
  workspace.cross.cross_attention.forget();
  if (trace != nullptr) trace->chunks.begin();
  for (const Kind& kind : kinds_) {
    decode(kind, from, workspace, outputs[kind.queries.name()], ledger, trace);
  }
}

template <class T>
void Decoder<T>::average(const Tensor<T, 3>& latents, Workspace& workspace,
                         Outputs<T>& outputs, Ledger& ledger) const {
  Tensor<T, 3>& mean = workspace.stream;
  const std::size_t batch = latents.shape(0), M = latents.shape(1);
  const std::size_t D = latents.shape(2);
  mean.resize({batch, 1, D});
  if (ledger[Part::output_projection].add(
          {.bytes_moved = bytes_of(latents) + bytes_of(mean)})) {
    for (std::size_t i = 0; i < batch * D; ++i) {
      double sum = 0;
      for (std::size_t m = 0; m < M; ++m) sum += latents(i / D, m, i % D);
      mean.data()[i] = static_cast<T>(sum / static_cast<double>(M));
    }
  }
  linear(mean, output_, outputs[averages_name()],
         ledger[Part::output_projection]);
}

// Those rows of mask[batch, O] that queries of a chunk stand for.
template <class T>
void Decoder<T>::take_mask(const Mask& mask, const Asked& asked,
                           std::size_t first, Mask& chunk) {
  const std::size_t rows = asked.rows(first);
  chunk.resize({mask.shape(0), rows});
  for (std::size_t b = 0; b < mask.shape(0); ++b) {
    for (std::size_t r = 0; r < rows; ++r) {
      chunk(b, r) =
          mask(b, asked.named.empty() ? first + r : asked.named[first + r]);
    }
  }
}

template <class T>
auto Decoder<T>::asked(const Kind& kind, const Sources& from) const -> Asked {
  Asked asked;
  const auto points = from.points.find(kind.queries.name());
  if (points != from.points.end()) asked.named = points->second;
  asked.count =
      asked.named.empty() ? kind.queries.count() : asked.named.size();
  asked.chunk = std::min(asked.count, or_else(config_.chunk, asked.count));
  if (from.share != nullptr) {
    asked.count = from.share->count;
    asked.chunk = from.share->chunk;
    asked.filled = true;
  }
  asked.masked = masks_queries_ && from.mask.size() > 0 &&
                 from.mask.shape(1) == kind.queries.count();
  return asked;
}

template <class T>
void Decoder<T>::decode(const Kind& kind, const Sources& from,
                        Workspace& workspace, Tensor<T, 3>& output,
                        Ledger& ledger, Trace* trace) const {
  Tensor<T, 3>& stream = workspace.stream;
  const Asked asked = this->asked(kind, from);
  const std::size_t batch = from.latents.shape(0);
  const Tensor<T, 3>* part = nullptr;
  const auto run =
      chunk_forward(kind, from, asked.masked, workspace, part, ledger);
  if (asked.count == 0) {
    output.resize({batch, 0, or_else(config_.outputs, channels_)});
  }
  for (std::size_t first = 0; first < asked.count; first += asked.chunk) {
    stream.resize({batch, asked.queries(first), channels_});
    if (ledger[Part::position_encoding].add(
            {.bytes_moved = bytes_of(stream)})) {
      kind.queries.write(first, asked.named, from.inputs, stream);
    }
    if (asked.masked) {
      take_mask(from.mask, asked, first, workspace.query_mask);
    }
    if (trace == nullptr) {
      run(stream, nullptr);
    } else {
      trace->chunks.forward(stream, ledger, run);
    }
    output.resize({batch, asked.count, part->shape(2)});
    if (ledger[Part::output_projection].add(
            {.bytes_moved = 2 * bytes_of(*part)})) {
      copy_divided(*part, first, asked.rows(first), config_.divisor, output);
    }
  }
}

// What another map reads is the trace's, if there is one.
template <class T>
const Tensor<T, 3>& Decoder<T>::map(const Kind& kind, const Sources& from,
                                    const Tensor<T, 3>& stream,
                                    ChunkTrace<T>* trace, Workspace& workspace,
                                    Ledger& ledger) const {
  const Tensor<T, 3>* part = &stream;
  if (trace != nullptr && maps(kind)) {
    keep_copy(stream, trace->found, ledger);
  }
  if (config_.outputs > 0) {
    Tensor<T, 3>& to = trace != nullptr && follows(kind) ? trace->mapped
                                                         : workspace.mapped;
    linear(*part, output_, to, ledger[Part::output_projection]);
    part = &to;
  }
  if (kind.output.weight.size() > 0) {
    Tensor<T, 3>& to =
        trace != nullptr && config_.vocabulary ? trace->own : workspace.own;
    linear(*part, kind.output, to, ledger[Part::output_projection]);
    part = &to;
  }
  if (config_.vocabulary) {
    linear_transposed(*part, *from.vocabulary, vocabulary_bias_,
                      workspace.logits, ledger[Part::output_projection]);
    part = &workspace.logits;
  }
  return *part;
}

template <class T>
void Decoder<T>::for_each_parameter(const ParameterVisitor<T>& visit) {
  if (cross_) cross_->for_each_parameter("decoder.cross", visit);
  if (output_.weight.size() > 0) {
    output_.for_each_parameter("decoder.output", visit);
  }
  for (Kind& kind : kinds_) {
    const std::string name = "decoder." + kind.queries.name();
    kind.queries.for_each_parameter(name, visit);
    if (kind.output.weight.size() > 0) {
      kind.output.for_each_parameter(name + ".output", visit);
    }
  }
  if (vocabulary_bias_.size() > 0) {
    visit_tensor(visit, "decoder.vocabulary_bias", vocabulary_bias_,
                 Init::zeros);
  }
}

template class Decoder<float>;
template class Decoder<double>;

}  // namespace suite
