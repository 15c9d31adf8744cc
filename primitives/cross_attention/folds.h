// What a folded plan does on the side of the latents: products that are not as
// long as the inputs. The norm's scale γ and offset β are folded along with a
// map, W[C, d] of each head, so that tiles of inputs are x̂, which has neither.
#pragma once

#include "primitives/cross_attention/input_maps.h"

namespace suite {

// wide[batch, M, heads·C] ← γ∘(narrow[batch, M, heads·d]·Wᵀ) of each head,
// resized to fit; `norm` may be null. Cost: batch·M·heads·d·C MACs, as of the
// two below.
template <class T>
void fold(const BatchView<const T>& narrow, const Linear<T>& map,
          const LayerNorm<T>* norm, std::size_t heads, Tensor<T, 3>& wide,
          const Meter& meter);

// narrow ← (γ∘wide)·W of each head, or with offsets (γ∘wide + β)·W + the map's
// bias; resized to fit. What is in the brackets becomes of `wide`.
enum class Offsets { with, without };
template <class T>
void unfold(Tensor<T, 3>& wide, const Linear<T>& map, const LayerNorm<T>* norm,
            Offsets offsets, std::size_t heads, Tensor<T, 3>& narrow,
            const Meter& meter);

// gradient[C, heads·d] += wideᵀ·narrow of each head.
template <class T>
void add_folded_gradient(const Tensor<T, 3>& wide,
                         const BatchView<const T>& narrow, std::size_t heads,
                         MatrixView<T> gradient, const Meter& meter);

}  // namespace suite
