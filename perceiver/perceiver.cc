#include "perceiver/perceiver.h"

#include <fmt/format.h>

#include <array>

#include "primitives/attention/materialised.h"
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
                                          Workspace& workspace,
                                          Ledger& ledger) const {
  Tensor<T, 3>& stream = workspace.stream;
  const Tensor<T, 3>& encoded =
      input_.forward(input, workspace.encoded, ledger);
  repeat_rows(latents_, input.shape(0), stream, ledger);
  workspace.cross.cross_attention.forget();
  std::size_t use = 0;
  for (std::size_t block = 0; block < config_.blocks; ++block) {
    for (std::size_t i = 0; i < config_.cross_attends[block]; ++i) {
      cross_.of_use(use++).forward(stream, encoded, mask, workspace.cross,
                                   ledger);
    }
    for (const AttentionLayer<T>& layer : blocks_.of_use(block)) {
      layer.forward(stream, no_mask(), workspace.latent, ledger);
    }
  }
  return stream;
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
