#include "analysis/flops/flops_pieces.h"

#include "contract/registry.h"
#include "primitives/attention/attention_formula.h"
#include "primitives/attention_layer/attention_layer_formula.h"
#include "primitives/layers/linear_formula.h"

namespace suite {
namespace {

// FLOPs depend neither on the form of attention nor on precision and threads.
constexpr AttentionForm kForm = AttentionForm::streaming;
constexpr std::size_t kScalar = sizeof(float);
constexpr int kThreads = 1;

}  // namespace

FlopsPieces attention_pieces(const Shape& s) {
  const auto attention = [&](std::size_t queries, std::size_t keys) {
    const std::size_t d = s.D / s.H;
    return formula::attention({s.batch, queries, keys, s.H, d, d}, kForm,
                              kScalar);
  };
  return {attention(s.M, s.N), attention(s.M, s.M), attention(s.N, s.N)};
}

FlopsPieces layer_pieces(const Shape& s) {
  const AttentionLayerWidths self{
      .channels = s.D, .qk_channels = s.D, .v_channels = s.D, .heads = s.H};
  AttentionLayerWidths cross = self;
  cross.input_channels = cross.qk_channels = cross.v_channels = s.C;
  const auto layer = [&](const AttentionLayerWidths& widths, std::size_t rows) {
    return formula::attention_layer(widths, s.batch, rows, s.N, /*uses=*/1,
                                    kForm, kScalar, kThreads);
  };
  FlopsPieces pieces{layer(cross, s.M), layer(self, s.M), layer(self, s.N)};
  if (s.C != s.D) {
    pieces.input_projection =
        formula::linear(s.batch * s.N, s.C, s.D, kScalar).flops();
  }
  return pieces;
}

std::uint64_t declared_flops(const Shape& shape, const char* name) {
  const Entry entry = find_contestant(name);
  return entry.contestant->cost(shape, entry.options, kScalar, kThreads)
      .total()
      .flops();
}

}  // namespace suite
