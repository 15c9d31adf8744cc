// How latents read inputs: what is read, and which of the ways that all give the
// same answer is taken.
#pragma once

#include <cstddef>
#include <string>

#include "primitives/attention/attention.h"
#include "primitives/exchange/range_tree.h"

namespace suite {

// M latents read N inputs of C channels; widths are of all heads together.
struct CrossAttentionShape {
  std::size_t batch = 1;
  std::size_t latents = 0;      // M
  std::size_t inputs = 0;       // N
  std::size_t channels = 0;     // C
  std::size_t qk_channels = 0;
  std::size_t v_channels = 0;
  std::size_t heads = 1;
  bool normed = true;  // are inputs normalised before they are mapped?

  // The attention within, over keys and values of the read as written.
  AttentionShape attention() const {
    return {batch, latents,
            inputs, heads,
            qk_channels / heads, v_channels / heads};
  }
};

// How what ranks have seen becomes what all have: by swapping whole states,
// log2(P) times; or as an all-reduce that sends least, by halves, each of which
// one of two partners merges, and back. Along the same tree, to the same bits.
enum class RankMerge { tree, allreduce };

struct CrossAttentionPlan {
  // (Q·Wkᵀ)·Xᵀ in place of Q·(X·Wk)ᵀ: every head scores the inputs themselves.
  // The key's bias adds the same to all logits of a query, and is left out.
  bool fold_keys = false;
  // (A·X)·Wv in place of A·(X·Wv): weights sum to 1, so a bias may follow.
  bool fold_values = false;
  // Keys and values of all inputs are made once, for all blocks that share the
  // weights.
  bool keep = false;
  // Of a rank that owns a share of the inputs: states are merged along its
  // tree, with those of the other ranks last. Neither `keep` nor a form that
  // makes all keys and values goes with it.
  InputShare share = {};
  RankMerge merge = RankMerge::tree;

  // What the one pass follows of it: where keys and values are kept, nothing is
  // folded, in neither direction.
  CrossAttentionPlan of_pass() const {
    return keep ? CrossAttentionPlan() : *this;
  }

  bool operator==(const CrossAttentionPlan&) const = default;

  // "as_written", "keep", "fold_keys", "fold_keys+fold_values", …
  std::string text() const {
    if (keep) return "keep";
    if (fold_keys && fold_values) return "fold_keys+fold_values";
    if (fold_keys) return "fold_keys";
    return fold_values ? "fold_values" : "as_written";
  }
};

}  // namespace suite
