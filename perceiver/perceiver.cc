#include "perceiver/perceiver.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "primitives/attention/materialised.h"
#include "primitives/keep.h"
#include "primitives/layers/learned_rows.h"

namespace suite {

template <class T>
Perceiver<T>::Perceiver(const PerceiverConfig& config, std::size_t batch)
    : config_(config),
      input_(config.input),
      // Before all else: a size beyond all memory is refused here.
      latents_(Tensor<T, 2>::from_shape(std::array<std::size_t, 2>{
          config.latents, config.latent.channels})),
      cross_(config.cross_sets,
             [&](std::size_t set) {
               return AttentionLayer<T>(config.cross_of(set, batch, sizeof(T)));
             }),
      blocks_(config.latent_sets, [&](std::size_t) {
        LatentLayers layers;
        for (std::size_t layer = 0; layer < config.layers; ++layer) {
          layers.emplace_back(config.latent);
        }
        return layers;
      }) {}

template <class T>
const Tensor<T, 3>& Perceiver<T>::forward(const Tensor<T, 3>& input,
                                          const Mask& mask,
                                          Workspace& workspace, Ledger& ledger,
                                          Trace* trace) const {
  Tensor<T, 3>& stream = workspace.stream;
  const Tensor<T, 3>& encoded =
      input_.forward(input, workspace.encoded, ledger);
  repeat_rows(latents_, input.shape(0), stream, ledger);
  workspace.cross.cross_attention.forget();
  if (trace != nullptr) {
    trace->cross.begin();
    trace->latent.begin();
  }
  std::size_t use = 0;
  for (std::size_t block = 0; block < config_.blocks; ++block) {
    for (std::size_t i = 0; i < config_.cross_attends[block]; ++i) {
      const auto read = cross_forward(use++, encoded, mask, workspace, ledger);
      if (trace == nullptr) {
        read(stream, nullptr);
      } else {
        trace->cross.forward(stream, ledger, read);
      }
    }
    for (const AttentionLayer<T>& layer : blocks_.of_use(block)) {
      const auto think = latent_forward(layer, workspace, ledger);
      if (trace == nullptr) {
        think(stream, nullptr);
      } else {
        trace->latent.forward(stream, ledger, think);
      }
    }
  }
  return stream;
}

template <class T>
void Perceiver<T>::backward(const Tensor<T, 3>& input, const Mask& mask,
                            const Tensor<T, 3>& d_output, Workspace& workspace,
                            Trace& trace, Perceiver& gradient,
                            Tensor<T, 3>* d_input, Ledger& ledger) const {
  const bool encodes = config_.input.positions != Positions::none;
  const Tensor<T, 3>& encoded = encodes ? workspace.encoded : input;
  Tensor<T, 3>* d_encoded = d_input;
  if (encodes && (d_input != nullptr || input_.learns())) {
    trace.d_encoded.resize(encoded.shape());
    if (ledger.computes()) {
      std::fill(trace.d_encoded.begin(), trace.d_encoded.end(), T(0));
    }
    d_encoded = &trace.d_encoded;
  }
  keep_copy(d_output, trace.d_stream, ledger);
  std::size_t use = config_.cross_sets.uses();
  for (std::size_t block = config_.blocks; block-- > 0;) {
    const LatentLayers& layers = blocks_.of_use(block);
    for (std::size_t layer = layers.size(); layer-- > 0;) {
      layers[layer].backward(
          trace.latent.take_last(
              ledger, latent_forward(layers[layer], workspace, ledger)),
          no_mask(), trace.d_stream, trace.latent_backward,
          gradient.blocks_.of_use(block)[layer], ledger);
    }
    for (std::size_t i = 0; i < config_.cross_attends[block]; ++i) {
      --use;
      cross_.of_use(use).backward(
          trace.cross.take_last(
              ledger, cross_forward(use, encoded, mask, workspace, ledger)),
          encoded, mask, trace.d_stream, trace.cross_backward,
          gradient.cross_.of_use(use), d_encoded, ledger);
    }
  }
  repeat_rows_backward(trace.d_stream, gradient.latents_, ledger);
  if (encodes && d_encoded == &trace.d_encoded) {
    input_.backward(trace.d_encoded, gradient.input_, d_input, ledger);
  }
}

template <class T>
void Perceiver<T>::for_each_parameter(const ParameterVisitor<T>& visit) {
  input_.for_each_parameter("positions", visit);
  visit_tensor(visit, "latents", latents_, Init::latent);
  for (std::size_t set = 0; set < cross_.sets().size(); ++set) {
    cross_.sets()[set].for_each_parameter(fmt::format("cross{}", set), visit);
  }
  for (std::size_t set = 0; set < blocks_.sets().size(); ++set) {
    LatentLayers& layers = blocks_.sets()[set];
    for (std::size_t layer = 0; layer < layers.size(); ++layer) {
      layers[layer].for_each_parameter(
          fmt::format("block{}.layer{}", set, layer), visit);
    }
  }
}

template <class T>
const Tensor<T, 4>& Perceiver<T>::cross_weights(
    const Workspace& workspace) const {
  require(config_.attention == AttentionForm::materialised &&
              config_.cross_sets.uses() > 0,
          "weights exist where attention is materialised and inputs are read");
  return static_cast<const MaterialisedAttention<T>&>(
             workspace.cross.cross_attention.attention())
      .weights();
}

template class Perceiver<float>;
template class Perceiver<double>;

}  // namespace suite
