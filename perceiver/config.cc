#include "perceiver/config.h"

#include <algorithm>
#include <charconv>
#include <numeric>

#include "primitives/cross_attention/cross_attention_formula.h"

namespace suite {
namespace {

Sharing sharing_of(const std::string& name) {
  if (name == "none") return Sharing::none;
  return name == "all" ? Sharing::all : Sharing::all_but_first;
}

WeightSets cross_sets_of(Sharing sharing, std::size_t cross_attends) {
  std::vector<std::size_t> set_of(cross_attends, 0);
  for (std::size_t read = 1; read < cross_attends && sharing != Sharing::all;
       ++read) {
    set_of[read] = sharing == Sharing::none ? read : 1;
  }
  return WeightSets(set_of);
}

WeightSets latent_sets_of(Sharing sharing, std::size_t blocks) {
  std::vector<std::size_t> set_of(blocks, 0);
  if (sharing == Sharing::none) std::iota(set_of.begin(), set_of.end(), 0);
  return WeightSets(set_of);
}

// "every", "first", or block numbers as in "0+2+5".
std::vector<std::size_t> reading_blocks(const std::string& text,
                                        std::size_t blocks) {
  std::vector<std::size_t> cross_attends(blocks, text == "every" ? 1 : 0);
  if (text == "every") return cross_attends;
  const std::string list = text == "first" ? "0" : text;
  const char* at = list.data();
  const char* end = at + list.size();
  while (at <= end) {
    std::size_t block = blocks;
    const auto [stop, error] = std::from_chars(at, end, block);
    require(error == std::errc() && block < blocks &&
                (stop == end || *stop == '+'),
            "cross_attends = {}: allowed are every, first, or block numbers "
            "below B = {} as in 0+2",
            text, blocks);
    cross_attends[block] = 1;
    at = stop + 1;
  }
  return cross_attends;
}

// `name` is what said how many heads.
void require_heads(const char* name, const char* what,
                   const AttentionLayerWidths& w) {
  require(w.qk_channels % w.heads == 0 && w.v_channels % w.heads == 0,
          "{} = {} heads do not divide the {} query and {} value channels of "
          "the {} attention",
          name, w.heads, w.qk_channels, w.v_channels, what);
}

InputEncodingWidths encoding_of(const Shape& shape, const Options& options) {
  return {shape.N, shape.C, positions(options.text("positions")),
          options.number("bands")};
}

}  // namespace

EncoderConfig encoder_config(const Shape& shape, const Options& options) {
  return {
      .latents = shape.M,
      .channels = shape.D,
      .blocks = shape.B,
      .layers = shape.L,
      .cross_attends = reading_blocks(options.text("cross_attends"), shape.B),
      .sharing = sharing_of(options.text("sharing")),
      .cross_heads = or_else(options.number("cross_heads"), shape.H),
      .heads = shape.H,
      .qk_channels = options.number("qk_channels"),
      .v_channels = options.number("v_channels"),
      .cross_widening = options.number("widening"),
      .widening = options.number("widening"),
      .query_residual = options.flag("query_residual"),
      .gelu = options.text("gelu") == "tanh" ? Gelu::tanh : Gelu::erf,
      .attention = attention_form(options.text("form")),
      .planned = options.text("plan") == "planned",
      .merge = options.text("merge") == "allreduce" ? RankMerge::allreduce
                                                    : RankMerge::tree};
}

PerceiverConfig::PerceiverConfig(const EncoderConfig& e,
                                 const InputEncodingWidths& encoding)
    : latents(e.latents),
      blocks(e.blocks),
      layers(e.layers),
      cross_attends(e.cross_attends),
      attention(e.attention),
      planned(e.planned),
      merge(e.merge),
      input(encoding) {
  require(e.widening > 0 && e.cross_widening > 0,
          "widening = 0: must be at least 1");
  require(e.heads > 0 && e.cross_heads > 0, "heads = 0: must be at least 1");
  require(blocks > 0, "B = 0: must be at least 1");
  if (cross_attends.empty()) cross_attends.assign(1, 1);
  cross_attends.resize(blocks);
  cross_sets = cross_sets_of(
      e.sharing, std::accumulate(cross_attends.begin(), cross_attends.end(),
                                 std::size_t{0}));
  latent_sets = latent_sets_of(e.sharing, blocks);
  const std::size_t read = input.encoded_channels();
  const std::size_t cross_qk =
      or_else(e.qk_channels, e.keys_as_latents ? e.channels : read);
  cross = {.channels = e.channels,
           .input_channels = read,
           .qk_channels = cross_qk,
           .v_channels = or_else(e.v_channels, cross_qk),
           .heads = e.cross_heads,
           .widening = e.cross_widening,
           .query_residual = e.query_residual,
           .mean_if_fully_masked = e.mean_if_fully_masked,
           .gelu = e.gelu};
  const std::size_t latent_qk = or_else(e.qk_channels, e.channels);
  latent = {.channels = e.channels,
            .qk_channels = latent_qk,
            .v_channels = or_else(e.v_channels, latent_qk),
            .heads = e.heads,
            .widening = e.widening,
            .gelu = e.gelu};
  require_heads(e.cross_heads == e.heads ? "H" : "cross_heads", "cross", cross);
  require_heads("H", "latent", latent);
}

PerceiverConfig::PerceiverConfig(const Shape& shape, const Options& options)
    : PerceiverConfig(encoder_config(shape, options),
                      encoding_of(shape, options)) {}

PerceiverConfig PerceiverConfig::shared_out(const InputShare& of_rank) const {
  require(input.positions == Positions::none,
          "over ranks inputs are read without positions: positions = none");
  require(attention == AttentionForm::streaming,
          "over ranks inputs are read in one pass: form = streaming");
  PerceiverConfig config = *this;
  config.share = of_rank;
  return config;
}

CrossAttentionShape PerceiverConfig::cross_attention_shape(
    std::size_t batch) const {
  return {batch,
          latents,
          input.inputs,
          cross.input_channels,
          cross.qk_channels,
          cross.v_channels,
          cross.heads};
}

AttentionLayerWidths PerceiverConfig::cross_of(std::size_t set,
                                               std::size_t batch,
                                               std::size_t scalar) const {
  AttentionLayerWidths widths = cross;
  if (planned) {
    widths.plan =
        formula::cheapest_plan(cross_attention_shape(batch),
                               cross_sets.uses_of(set), attention, scalar);
  }
  widths.plan.share = share;
  widths.plan.merge = merge;
  return widths;
}

std::vector<OptionSpec> perceiver_options() {
  return {
      choice("sharing", {"all_but_first", "all", "none"},
             "Which blocks share their weights?"),
      {"cross_attends",
       "every",
       "Which blocks read the input: every, first, or as in 0+2?",
       OptionKind::text,
       {"every", "first", "0+2"}},
      attention_form_option(),
      choice("plan", {"as_written", "planned"},
             "Is the definition followed literally, or by an exact rewrite of "
             "fewest MACs?"),
      choice("merge", {"tree", "allreduce"},
             "How do ranks merge what they have read: by whole states, or by "
             "halves, which sends less?"),
      number("cross_heads", 0, "How many heads read the input? 0: H"),
      number("qk_channels", 0,
             "How wide are queries and keys? 0: as what is read"),
      number("v_channels", 0, "How wide are values? 0: as the keys"),
      number("widening", 1, "How many times D is the MLP's hidden width?"),
      choice("query_residual", {"true", "false"},
             "Does the latents' own value pass the cross-attention by?"),
      choice("gelu", {"erf", "tanh"}, "Which form has the MLP's GELU?"),
      choice("positions", {"none", "fourier", "learned"},
             "How are inputs told where they stand?"),
      number("bands", 16, "How many bands have Fourier features?"),
  };
}

}  // namespace suite
