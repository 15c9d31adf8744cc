// The Perceiver (Jaegle et al. 2021) and, with cross_attends = first, the
// encoder of Perceiver IO (Jaegle et al. 2022): M latents read N inputs in some
// or all of B blocks, each followed by L layers among the latents.
// Cost: O(B·M·N·D + B·L·M²·D).
#pragma once

#include <vector>

#include "contract/contestant.h"
#include "perceiver/config.h"

namespace suite {

template <class T>
class Perceiver : public Encoder<T> {
 public:
  // `batch` matters only to the choice of a plan.
  Perceiver(const PerceiverConfig& config, std::size_t batch);
  Perceiver(const Shape& shape, const Options& options)
      : Perceiver(PerceiverConfig(shape, options), shape.batch) {}

  // input[batch, N, C] → latents[batch, M, D].
  const Tensor<T, 3>& forward(const Tensor<T, 3>& input, const Mask& mask,
                              Ledger& ledger) override;
  void for_each_parameter(const ParameterVisitor<T>& visit) override;

  // Of the last cross-attention, [batch, heads, M, N]. Throws Error unless the
  // form is materialised and there was one.
  const Tensor<T, 4>& cross_weights() const;

 private:
  using Tower = std::vector<AttentionLayer<T>>;

  PerceiverConfig config_;
  InputEncoding<T> input_;
  Tensor<T, 2> latents_;                 // [M, D], learned
  std::vector<AttentionLayer<T>> cross_;  // one a set
  std::vector<Tower> towers_;             // one a set
  AttentionBuffers<T> cross_buffers_;
  AttentionBuffers<T> latent_buffers_;
  Tensor<T, 3> stream_;  // [batch, M, D]
};

}  // namespace suite
