// The decoder's backward: chunk by chunk, the last first.
#include "perceiver/io/decoder.h"

namespace suite {
namespace {

// part[batch, rows, ·] ← of[batch, first …, ·] / divisor.
template <class T>
void take_divided(const Tensor<T, 3>& of, std::size_t first, std::size_t rows,
                  double divisor, Tensor<T, 3>& part, const Ledger& ledger) {
  part.resize({of.shape(0), rows, of.shape(2)});
  if (!ledger.computes()) return;
  const T factor = static_cast<T>(1 / divisor);
  for (std::size_t b = 0; b < part.shape(0); ++b) {
    const MatrixView<T> to = example(part, b);
    const T* from = example(of, b).row(first);
    std::transform(from, from + to.rows * to.cols, to.data,
                   [factor](T value) { return value * factor; });
  }
}

// Throws Error for a name that is missing.
template <class T>
const Tensor<T, 3>& gradient_of(const OutputGradients<T>& d_outputs,
                                const std::string& name) {
  const auto found = d_outputs.find(name);
  require(found != d_outputs.end(), "no gradient of the output {}", name);
  return *found->second;
}

// gradient += what d says of the map, and d_input ← the gradient of its input.
template <class T>
void linear_backward(const Tensor<T, 3>& input, const Linear<T>& map,
                     const Tensor<T, 3>& d, Linear<T>& gradient,
                     Tensor<T, 3>& d_input, Ledger& ledger) {
  linear_gradient<T>(input, d, gradient, ledger[Part::output_projection]);
  d_input.resize(input.shape());
  linear_input_gradient<T>(d, map, d_input, Onto::nothing,
                           ledger[Part::output_projection]);
}

}  // namespace

template <class T>
bool Decoder<T>::asks_with_inputs() const {
  return std::any_of(
      kinds_.begin(), kinds_.end(),
      [](const Kind& kind) { return kind.queries.are_inputs(); });
}

template <class T>
void Decoder<T>::backward(const Sources& from,
                          const OutputGradients<T>& d_outputs,
                          Workspace& workspace, Trace& trace, Decoder& gradient,
                          const SourceGradients& d_from,
                          Ledger& ledger) const {
  if (config_.kind == DecoderConfig::Kind::average) {
    return average_backward(d_outputs, workspace, trace, gradient,
                            d_from.latents, ledger);
  }
  for (std::size_t kind = kinds_.size(); kind-- > 0;) {
    decode_backward(kind, from,
                    gradient_of(d_outputs, kinds_[kind].queries.name()),
                    workspace, trace, gradient, d_from, ledger);
  }
}

template <class T>
void Decoder<T>::average_backward(const OutputGradients<T>& d_outputs,
                                  const Workspace& workspace, Trace& trace,
                                  Decoder& gradient, Tensor<T, 3>& d_latents,
                                  Ledger& ledger) const {
  linear_backward(workspace.stream, output_,
                  gradient_of(d_outputs, averages_name()), gradient.output_,
                  trace.d_found, ledger);
  if (!ledger.computes()) return;
  const std::size_t M = d_latents.shape(1), D = d_latents.shape(2);
  const T share = T(1) / static_cast<T>(M);
  for (std::size_t r = 0; r < all_rows(d_latents).rows; ++r) {
    for (std::size_t c = 0; c < D; ++c) {
      all_rows(d_latents).row(r)[c] += share * trace.d_found(r / M, 0, c);
    }
  }
}

template <class T>
void Decoder<T>::decode_backward(std::size_t kind, const Sources& from,
                                 const Tensor<T, 3>& d_output, Workspace& w,
                                 Trace& trace, Decoder& gradient,
                                 const SourceGradients& d_from,
                                 Ledger& ledger) const {
  const Queries<T>& queries = kinds_[kind].queries;
  const Asked asked = this->asked(kinds_[kind], from);
  require(d_output.shape(0) == from.latents.shape(0) &&
              d_output.shape(1) == asked.count,
          "{}: a gradient of {} examples of {} outputs, there are {} of {}",
          queries.name(), d_output.shape(0), d_output.shape(1),
          from.latents.shape(0), asked.count);
  const Tensor<T, 3>* unread = nullptr;
  const auto run =
      chunk_forward(kinds_[kind], from, asked.masked, w, unread, ledger);
  const std::size_t chunks =
      (asked.count + asked.chunk - 1) / asked.chunk;
  for (std::size_t i = chunks; i-- > 0;) {
    const std::size_t first = i * asked.chunk;
    if (asked.masked) take_mask(from.mask, asked, first, w.query_mask);
    const ChunkTrace<T>& chunk = trace.chunks.take_last(ledger, run);
    take_divided(d_output, first, asked.rows(first), config_.divisor,
                 trace.d_part, ledger);
    Tensor<T, 3>& d_stream = map_backward(kind, from, chunk, trace, gradient,
                                          d_from.vocabulary, ledger);
    cross_->backward(chunk, from.latents, no_mask(), d_stream, trace.cross,
                     *gradient.cross_, &d_from.latents, ledger,
                     asked.masked ? &w.query_mask : nullptr);
    if (ledger.computes()) {
      queries.write_backward(first, asked.named, d_stream,
                             gradient.kinds_[kind].queries, d_from.inputs);
    }
  }
}

template <class T>
Tensor<T, 3>& Decoder<T>::map_backward(std::size_t kind, const Sources& from,
                                       const ChunkTrace<T>& chunk, Trace& trace,
                                       Decoder& gradient,
                                       Tensor<T, 2>* d_vocabulary,
                                       Ledger& ledger) const {
  const Linear<T>& own = kinds_[kind].output;
  const Tensor<T, 3>& mapped =
      config_.outputs > 0 ? chunk.mapped : chunk.found;
  Tensor<T, 3>* d = &trace.d_part;
  if (config_.vocabulary) {
    linear_transposed_backward(own.weight.size() > 0 ? chunk.own : mapped,
                               *from.vocabulary, *d, *d_vocabulary,
                               gradient.vocabulary_bias_, trace.d_own,
                               ledger[Part::output_projection]);
    d = &trace.d_own;
  }
  if (own.weight.size() > 0) {
    linear_backward(mapped, own, *d, gradient.kinds_[kind].output,
                    trace.d_mapped, ledger);
    d = &trace.d_mapped;
  }
  if (config_.outputs > 0) {
    linear_backward(chunk.found, output_, *d, gradient.output_, trace.d_found,
                    ledger);
    d = &trace.d_found;
  }
  return *d;
}

template class Decoder<float>;
template class Decoder<double>;

}  // namespace suite
