// The backward of the one pass over inputs: a tile is standardised, projected,
// scored and contracted while it is in cache. So no keys, values or gradients
// of them exist for all inputs, and beyond the inputs themselves memory doesn't
// grow with N.
//
// Tiles hold x̂, the inputs without the norm's scale γ and offset β, which are
// folded into the maps. Then Gk = x̂ᵀ·dK and Gv = x̂ᵀ·dV, which are as small as
// the weights, give the gradients of the weights and of the norm too, with no
// product of inputs' length for the latter: dWk = γ∘Gk, dWv = γ∘Gv + β⊗Σ dV, dγ
// = Σ (Wk∘Gk + Wv∘Gv), dβ = Wv·Σ dV. What is added to all keys alike changes no
// weight of attention: so β says nothing by way of the keys, and the gradient
// of their bias is exactly 0.
#pragma once

#include <vector>

#include "primitives/attention/attention_backward.h"
#include "primitives/cross_attention/input_maps.h"
#include "primitives/cross_attention/one_pass.h"
#include "primitives/cross_attention/plan.h"
#include "primitives/panels/packed_matrix.h"

namespace suite {

// Where the gradients of the maps are added.
template <class T>
struct InputMapGradients {
  LayerNorm<T>* norm = nullptr;  // null where there is none
  Linear<T>* key = nullptr;
  Linear<T>* value = nullptr;
};

template <class T>
class OnePassBackward {
 public:
  struct Sources {
    const Tensor<T, 3>& queries;  // [batch, M, qk_channels]
    const Tensor<T, 3>& inputs;   // [batch, N, C]
    const Mask& mask;
    InputMaps<T> maps;
    AttentionResult<T> result;
    // Did forward's logits have the key's bias? Folded keys leave it out.
    bool key_bias = true;
  };

  // d_queries[batch, M, qk_channels] ← the queries' gradient, resized to fit;
  // d_inputs[batch, N, C] += the inputs' one, unless it is null.
  // Cost: batch·N·C·(qk + v) MACs to make keys and values again, as many to
  // contract their gradients, as many more for d_inputs; heads·M·N·(3·qk + 2·v)
  // of a head's widths; and what doesn't grow with N (see
  // formula::one_pass_backward).
  void run(const CrossAttentionShape& shape, const Sources& from,
           const InputMapGradients<T>& gradients, Tensor<T, 3>& d_queries,
           Tensor<T, 3>* d_inputs, Ledger& ledger);

  void lay_out(const CrossAttentionShape& shape, bool d_inputs,
               Buffers& buffers);

 private:
  struct Scratch {
    Tensor<T, 2> standard;       // [tile, C], x̂
    Tensor<T, 1> inverse;        // [tile], of the deviations
    Tensor<T, 2> keys;           // [tile, qk_channels]
    Tensor<T, 2> values;         // [tile, v_channels]
    Tensor<T, 1> head_keys;      // [tile, qk_channels of a head]
    Tensor<T, 1> head_values;    // [tile, v_channels of a head]
    Tensor<T, 1> head_d_keys;    // [tile, the same padded]
    Tensor<T, 1> head_d_values;  // [tile, the same padded]
    Tensor<T, 2> d_keys;         // [tile, qk_channels]
    Tensor<T, 2> d_values;       // [tile, v_channels]
    Tensor<T, 2>
        d_standard;  // [tile, C], where inputs' gradients are asked for
    Tensor<T, 1> panel;
    TileBackwardRoom<T> room;
  };
  struct Steps;

  void fold_norm(const InputMaps<T>& maps, bool key_bias);
  void read_range(const CrossAttentionShape& shape, const OnePassCuts& cuts,
                  const Sources& from, std::size_t unit, Tensor<T, 3>* d_inputs,
                  Scratch& scratch, Steps& steps);
  void unfold_norm(const OnePassCuts& cuts, const CrossAttentionShape& shape,
                   const InputMaps<T>& maps,
                   const InputMapGradients<T>& gradients);
  void book(const CrossAttentionShape& shape, const Steps& steps, bool d_inputs,
            const TickScale& scale, Ledger& ledger) const;

  std::vector<Scratch> scratch_;  // one a thread
  // γ∘Wk and γ∘Wv, as they stand and packed; bk + β·Wk and bv + β·Wv.
  Tensor<T, 2> key_weight_, value_weight_;
  Tensor<T, 1> key_bias_, value_bias_;
  PackedMatrix<T> key_, value_;
  Tensor<T, 3> packed_;       // [batch, heads, BackwardQueries]
  Tensor<T, 3> d_queries_;    // [batch·ranges, heads, padded M·qk_channels]
  Tensor<T, 3> d_key_;        // Gk: [batch·ranges, C, qk_channels]
  Tensor<T, 3> d_value_;      // Gv: [batch·ranges, C, v_channels]
  Tensor<T, 2> d_value_sum_;  // [batch·ranges, v_channels]
};

// How a backward is cut: ranges as in forward, fewer where the maps are large,
// since each range has its own sums of their gradients.
template <class T>
OnePassCuts one_pass_backward_cuts(const CrossAttentionShape& shape);

}  // namespace suite
