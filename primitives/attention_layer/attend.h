// Attention with its projections: what every layer here is built around.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string>

#include "primitives/attention/attention.h"
#include "primitives/buffers.h"
#include "primitives/cross_attention/cross_attention.h"
#include "primitives/layers/linear.h"

namespace suite {

// The maps to queries, keys and values. Channels split contiguously into heads.
template <class T>
struct Projections {
  Linear<T> query;  // [query channels, qk_channels]
  Linear<T> key;    // [input channels, qk_channels]; none: keys are the queries
  Linear<T> value;  // [input channels, v_channels]
  std::size_t heads = 1;

  bool shared_keys() const { return key.weight.size() == 0; }
  void for_each_parameter(const std::string& name,
                          const ParameterVisitor<T>& visit);
};

// What mixes tokens: output[batch, rows, v_channels], resized to fit, from
// queries, keys and values of any widths.
template <class T>
using MixTokens = std::function<void(const AttentionInputs<T>& inputs,
                                     Tensor<T, 3>& output, Ledger& ledger)>;

// What one role of a model (its cross-attention, its latent layers) needs while
// it runs. All layers of the role share one, a part of the model's workspace.
template <class T>
struct AttentionWorkspace {
  std::unique_ptr<Attention<T>> attention;  // self-attention only
  CrossAttention<T> cross_attention;        // cross-attention only
  Tensor<T, 3> normed;                      // [batch, rows, channels]
  Tensor<T, 3> queries;                     // [batch, rows, qk_channels]
  Tensor<T, 3> keys;                        // [batch, rows, qk_channels]
  Tensor<T, 3> values;                      // [batch, rows, v_channels]
  Tensor<T, 3> mixed;                       // [batch, rows, v_channels]
  Tensor<T, 3> hidden;  // [batch, rows, widening·channels], of the MLP
  Mask shown;           // a mask under which no example is fully masked

  explicit AttentionWorkspace(AttentionForm form)
      : attention(make_attention<T>(form)), cross_attention(form) {}
};

// What attention with its projections is of: itself, or else inputs.
struct AttendSizes {
  AttentionShape self = {};
  CrossAttentionShape cross = {};
  CrossAttentionPlan plan = {};  // of the latter
  // Of keys and values, where a token mixer wants other widths; 0: as
  // attention's.
  std::size_t key_channels = 0, value_channels = 0;
  bool shared_keys = false;  // the queries are the keys

  bool reads_inputs() const { return cross.inputs > 0; }
  using Extents = std::array<std::size_t, 3>;
  Extents queries() const {
    return reads_inputs()
               ? Extents{cross.batch, cross.latents, cross.qk_channels}
               : Extents{self.batch, self.queries,
                         self.heads * self.qk_channels};
  }
  // None of them exists for all inputs.
  Extents keys() const {
    const std::size_t width = self.heads_of_keys() * self.qk_channels;
    return {reads_inputs() ? 0 : self.batch, self.keys,
            shared_keys ? 0 : or_as_wide(key_channels, width)};
  }
  Extents values() const {
    const std::size_t width = self.heads_of_keys() * self.v_channels;
    return {reads_inputs() ? 0 : self.batch, self.keys,
            or_as_wide(value_channels, width)};
  }

 private:
  static std::size_t or_as_wide(std::size_t channels, std::size_t width) {
    return channels > 0 ? channels : width;
  }
};

// What one use of it keeps for its backward.
template <class T>
struct AttendTrace {
  Tensor<T, 3> queries;       // [batch, rows, qk_channels]
  Tensor<T, 3> keys, values;  // [batch, rows, ·]; none in cross-attention
  AttentionTrace<T> attention;

  void lay_out(const AttendSizes& sizes, AttentionForm form, Buffers& buffers) {
    buffers(queries, sizes.queries());
    buffers(keys, sizes.keys());
    buffers(values, sizes.values());
    const AttentionShape shape =
        sizes.reads_inputs() ? sizes.cross.attention() : sizes.self;
    const bool streams = form == AttentionForm::streaming;
    buffers(attention.log_sum_exp,
            {streams ? shape.batch : 0, shape.heads, shape.queries});
    buffers(attention.weights, {streams ? 0 : shape.batch, shape.heads,
                                shape.queries, shape.keys});
    const bool folded = streams && sizes.plan.of_pass().fold_values;
    buffers(attention.means, {folded ? shape.batch : 0, shape.queries,
                              shape.heads * sizes.cross.channels});
  }
};

// output[batch, rows, v_channels] ← self-attention of input[batch, rows, D].
// Cost: rows·D·(2·qk + v) MACs for the projections, and the attention's.
// `trace`, unless it is null, gets what the backward needs.
template <class T>
void attend(const Tensor<T, 3>& input, const Mask& mask,
            const Projections<T>& projections, AttentionWorkspace<T>& workspace,
            Tensor<T, 3>& output, Ledger& ledger,
            AttendTrace<T>* trace = nullptr);

// The same with another mixing in place of attention.
template <class T>
void attend(const Tensor<T, 3>& input, const Mask& mask,
            const Projections<T>& projections, const MixTokens<T>& mix,
            AttentionWorkspace<T>& workspace, Tensor<T, 3>& output,
            Ledger& ledger, AttendTrace<T>* trace = nullptr);

// Queries of zeros score all inputs alike: `shown`, a copy of mask[batch, N]
// that hides nothing of an example whose inputs are all masked, gives it their
// mean, and its queries[batch, M, ·] become 0.
template <class T>
void show_where_fully_masked(const Mask& mask, Tensor<T, 3>& queries,
                             Mask& shown);

// rows[batch, rows, channels] that mask[batch, rows] masks become 0.
template <class T>
void clear_masked_rows(const Mask& mask, Tensor<T, 3>& rows);

struct CrossAttentionRules {
  CrossAttentionPlan plan = {};
  // An example whose inputs are all masked: their mean, or zeros?
  bool mean_if_fully_masked = false;
};

// output[batch, M, v_channels] ← cross-attention of the queries from
// query_input[batch, M, D] over inputs[batch, N, C], which are normalised by
// `norm` unless it is null.
// Cost: M·D·qk + N·C·(qk + v) MACs for the projections, and the attention's;
// fewer if the plan finds a way.
template <class T>
void attend(const Tensor<T, 3>& query_input, const Tensor<T, 3>& inputs,
            const LayerNorm<T>* norm, const Mask& mask,
            const Projections<T>& projections, const CrossAttentionRules& rules,
            AttentionWorkspace<T>& workspace, Tensor<T, 3>& output,
            Ledger& ledger, AttendTrace<T>* trace = nullptr);

}  // namespace suite
