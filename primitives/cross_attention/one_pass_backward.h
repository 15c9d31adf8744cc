// The backward of the one pass over inputs, as written or folded: a tile is
// standardised, projected unless that is folded, scored and contracted while it
// is in cache. So no keys, values or gradients of them exist for all inputs,
// and beyond the inputs themselves memory doesn't grow with N.
//
// With x̂ the inputs without the norm's scale γ and offset β, Wk, Wv the maps, P
// the weights and dO the output's gradient, a folded side has, of each head,
//   scores       Q₁·x̂ᵀ, Q₁ = γ∘(Q·Wkᵀ), and T = dS·x̂, so Gk = Tᵀ·Q and
//                dQ = (γ∘T)·Wk;
//   d_weights    R·x̂ᵀ, R = γ∘(dO·Wvᵀ), and Gv = Yᵀ·dO with the means Y = P·x̂
//                that forward kept;
//   the inputs   dx̂ = dSᵀ·Q₁ + Pᵀ·R, where it is asked for.
// What follows from Gk and Gv is in map_backward.h.
#pragma once

#include <vector>

#include "primitives/attention/attention_backward.h"
#include "primitives/cross_attention/map_backward.h"
#include "primitives/cross_attention/one_pass_parts.h"

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
  };

  // d_queries[batch, M, qk_channels] ← the queries' gradient, resized to fit;
  // d_inputs[batch, N, C] += the inputs' one, unless it is null.
  // `plan` is forward's, of which only what is folded matters.
  // Cost, in MACs, and what doesn't grow with N (see
  // formula::cross_attention_backward()). Keys as written: batch·N·C·qk to make
  // them again, as many to contract their gradients and for d_inputs;
  // batch·M·N·3·qk. Folded: heads·batch·M·N·C twice, and once more for
  // d_inputs. Values: the same with v and one less of the products with M.
  void run(const CrossAttentionShape& shape, const CrossAttentionPlan& plan,
           const Sources& from, const InputMapGradients<T>& gradients,
           Tensor<T, 3>& d_queries, Tensor<T, 3>* d_inputs, Ledger& ledger);

  void lay_out(const CrossAttentionShape& shape, const CrossAttentionPlan& plan,
               bool d_inputs, Buffers& buffers);

 private:
  struct Scratch {
    Tensor<T, 2> standard;    // [tile, C], x̂
    Tensor<T, 1> inverse;     // [tile], of the deviations
    Tensor<T, 2> d_standard;  // [tile, padded C], where it is asked for
    typename MapBackward<T>::Scratch key, value;
    Tensor<T, 1> panel;
    TileBackwardRoom<T> room;
  };
  struct Sizes;

  void pass(const Sizes& sizes, const Sources& from, Tensor<T, 3>& d_queries,
            Tensor<T, 3>* d_inputs, OnePassSteps& steps);
  void pack(const Sizes& sizes, const Sources& from, std::size_t head);
  void read_range(const Sizes& sizes, const Sources& from, std::size_t unit,
                  Tensor<T, 3>* d_inputs, Scratch& scratch,
                  OnePassSteps& steps);
  void read_tile(const Sizes& sizes, std::size_t unit, std::size_t count,
                 bool d_inputs, Scratch& scratch, OnePassSteps& steps);
  void add_seen(const CrossAttentionShape& shape,
                const AttentionResult<T>& result);
  void finish(const Sizes& sizes, const Sources& from,
              const InputMapGradients<T>& gradients, Tensor<T, 3>& d_queries,
              Ledger& ledger);
  void book(const Sizes& sizes, const OnePassSteps& steps, bool d_inputs,
            const TickScale& scale, Ledger& ledger) const;

  std::vector<Scratch> scratch_;  // one a thread
  MapBackward<T> key_, value_;
  // Folded, [batch, M, heads·C]: Q₁ before the pass and T after it; R.
  Tensor<T, 3> wide_queries_, wide_d_output_;
  Tensor<T, 3> packed_;     // [batch, heads, BackwardQueries]
  Tensor<T, 3> d_queries_;  // [batch·ranges, heads, padded M·qk]
};

// How a backward is cut: ranges as in forward, fewer where the maps are large,
// since each range has its own sums of their gradients unless they are folded.
template <class T>
OnePassCuts one_pass_backward_cuts(const CrossAttentionShape& shape,
                                   const CrossAttentionPlan& plan);

}  // namespace suite
