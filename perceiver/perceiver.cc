#include "perceiver/perceiver.h"

#include <algorithm>

#include "primitives/attention/materialised.h"

namespace suite {

template <class T>
Perceiver<T>::Perceiver(const PerceiverConfig& config, std::size_t batch)
    : config_(config),
      input_(config_.input),
      cross_buffers_(config_.attention),
      latent_buffers_(config_.attention) {
  latents_.resize({config_.latents, config_.latent.channels});
  for (std::size_t set = 0; set < config_.cross_sets(); ++set) {
    cross_.emplace_back(config_.cross_of(set, batch, sizeof(T)));
  }
  for (std::size_t set = 0; set < config_.tower_sets(); ++set) {
    Tower& tower = towers_.emplace_back();
    for (std::size_t layer = 0; layer < config_.layers; ++layer) {
      tower.emplace_back(config_.latent);
    }
  }
}

template <class T>
const Tensor<T, 3>& Perceiver<T>::forward(const Tensor<T, 3>& input,
                                          const Mask& mask, Ledger& ledger) {
  static const Mask kAllLatents;
  const Tensor<T, 3>& encoded = input_.forward(input, ledger);
  stream_.resize({input.shape(0), latents_.shape(0), latents_.shape(1)});
  for (std::size_t b = 0; ledger.computes() && b < input.shape(0); ++b) {
    std::copy(latents_.begin(), latents_.end(), example(stream_, b).data);
  }
  cross_buffers_.reader.forget();
  std::size_t read = 0;
  for (std::size_t block = 0; block < config_.blocks; ++block) {
    for (std::size_t i = 0; i < config_.reads[block]; ++i) {
      cross_[config_.cross_set(read++)].forward(stream_, encoded, mask,
                                                cross_buffers_, ledger);
    }
    if (config_.layers == 0) continue;
    for (const auto& layer : towers_[config_.tower_set(block)]) {
      layer.forward(stream_, kAllLatents, latent_buffers_, ledger);
    }
  }
  return stream_;
}

template <class T>
void Perceiver<T>::for_each_parameter(const ParameterVisitor<T>& visit) {
  input_.for_each_parameter("positions", visit);
  visit_tensor(visit, "latents", latents_, Init::latent);
  for (std::size_t set = 0; set < cross_.size(); ++set) {
    cross_[set].for_each_parameter(fmt::format("cross{}", set), visit);
  }
  for (std::size_t set = 0; set < towers_.size(); ++set) {
    for (std::size_t layer = 0; layer < towers_[set].size(); ++layer) {
      towers_[set][layer].for_each_parameter(
          fmt::format("tower{}.layer{}", set, layer), visit);
    }
  }
}

template <class T>
const Tensor<T, 4>& Perceiver<T>::cross_weights() const {
  require(config_.attention == AttentionForm::materialised &&
              config_.all_reads() > 0,
          "weights exist where attention is materialised and inputs are read");
  return static_cast<const MaterialisedAttention<T>&>(
             cross_buffers_.reader.attention())
      .weights();
}

template class Perceiver<float>;
template class Perceiver<double>;

}  // namespace suite
