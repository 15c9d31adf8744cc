#include "analysis/flops/flops_table.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

#include "analysis/flops/flops_pieces.h"
#include "support/check.h"

namespace suite {
namespace {

using Flops = std::function<std::uint64_t(const Cost&)>;

FlopsRow row(const Shape& s, const FlopsPieces& pieces, std::string part,
             const Flops& flops) {
  FlopsRow r{.part = std::move(part)};
  r.cross = flops(pieces.cross);
  r.self = s.L * flops(pieces.self);
  r.block = r.cross + r.self;
  r.perceiver = s.B * r.block;
  r.layer = flops(pieces.layer);
  r.transformer = s.B * r.layer;
  return r;
}

std::uint64_t macs_alone(const Cost& cost) { return 2 * cost.total().macs; }
std::uint64_t paper_flops(const Cost& cost) { return cost.total().flops(); }
Flops only(Part part) {
  return [part](const Cost& cost) { return cost[part].flops(); };
}

Counting scores_counting(const Shape& s, const FlopsPieces& attention) {
  return {"scores",
          "scores only, one multiply-add a channel = 2 FLOPs:\n"
          "cross 2·M·N·D, self 2·M²·D, transformer 2·N²·D",
          {row(s, attention, "scores", only(Part::scores))}};
}

Counting attention_counting(const Shape& s, const FlopsPieces& attention) {
  return {"attention",
          "attention in full: scores and weighted sum, 4·M·N·D, and paper\n"
          "FLOPs = 2·MACs + 3·logits (H·M·N of them)",
          {row(s, attention, "scores", only(Part::scores)),
           row(s, attention, "weighted_sum", only(Part::weighted_sum)),
           row(s, attention, "both", macs_alone),
           row(s, attention, "softmax", only(Part::softmax)),
           row(s, attention, "paper_flops", paper_flops)}};
}

Counting layers_counting(const Shape& s, const FlopsPieces& layers) {
  Counting counting{"layers",
                    "whole layers, in paper FLOPs: attention with its "
                    "projections, and the\nMLP; norm, GELU and residual have "
                    "no matrix product and count 0",
                    {}};
  for (int part = 0; part < kParts; ++part) {
    FlopsRow r = row(s, layers, std::string(kPartNames[part]),
                     only(static_cast<Part>(part)));
    if (r.part == "input_projection") r.transformer += layers.input_projection;
    if (r.perceiver + r.transformer > 0) counting.rows.push_back(r);
  }
  FlopsRow whole = row(s, layers, "paper_flops", paper_flops);
  whole.transformer += layers.input_projection;
  counting.rows.push_back(whole);
  if (s.C != s.D) {
    counting.counts +=
        "\nThe cross-attention is C wide; the transformer "
        "projects its inputs to D once.";
  }
  return counting;
}

void require_countable(const Shape& s) {
  for (const std::string_view name : kDimensions) {
    require(!counts_dimension(name) || dimension(s, name) > 0,
            "{} = 0: must be at least 1", name);
  }
  require(s.D % s.H == 0, "H = {}: must divide D = {}", s.H, s.D);
  require(s.C % s.H == 0, "H = {}: must divide C = {}", s.H, s.C);
  // From above, in doubles, which cannot wrap around.
  const double N = s.N, M = s.M, L = s.L, W = std::max(s.C, s.D);
  const double logits = std::max(M * N + L * M * M, N * N);
  const double rows = N + M + L * M;
  const double flops = static_cast<double>(s.batch) * s.B *
                       (logits * (4 * W + 3.0 * s.H) + 14 * rows * W * W);
  require(flops < std::ldexp(1, 64),
          "N = {}, M = {}, B = {}, C = {}, D = {}, L = {}, batch = {}: about "
          "{:.0e} FLOPs; counts below 2^64 are allowed",
          s.N, s.M, s.B, s.C, s.D, s.L, s.batch, flops);
}

}  // namespace

const FlopsRow& FlopsTable::sum(const std::string& counting) const {
  const auto found =
      std::find_if(countings.begin(), countings.end(),
                   [&](const Counting& c) { return c.name == counting; });
  require(found != countings.end(), "{}: no such counting", counting);
  return found->rows.back();
}

FlopsTable flops_table(const Shape& s) {
  require_countable(s);
  const FlopsPieces attention = attention_pieces(s);
  FlopsTable table{
      s,
      {scores_counting(s, attention), attention_counting(s, attention),
       layers_counting(s, layer_pieces(s))},
      {}};
  const FlopsRow scores = table.sum("scores"), full = table.sum("attention"),
                 layers = table.sum("layers");
  table.reductions = {
      {"cross_scores", "cross scores alone: N/M", scores.layer, scores.cross},
      {"scores", "with latent self-attention's scores", scores.transformer,
       scores.perceiver},
      {"attention", "attention in full", full.transformer, full.perceiver},
      {"projections", "with query, key and value projections",
       declared_flops(s, "bare_transformer"),
       declared_flops(s, "bare_perceiver")},
      {"model", "whole model", layers.transformer, layers.perceiver}};
  return table;
}

}  // namespace suite
