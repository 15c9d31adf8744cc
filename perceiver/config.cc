#include "perceiver/config.h"

#include <algorithm>
#include <charconv>

#include "contract/formula.h"

namespace suite {
namespace {

std::size_t or_else(std::size_t value, std::size_t otherwise) {
  return value == 0 ? otherwise : value;
}

Sharing sharing_of(const std::string& name) {
  if (name == "none") return Sharing::none;
  return name == "all" ? Sharing::all : Sharing::all_but_first;
}

// "every", "first", or block numbers as in "0+2+5".
std::vector<bool> reading_blocks(const std::string& text, std::size_t blocks) {
  std::vector<bool> reads(blocks, text == "every");
  if (text == "every") return reads;
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
    reads[block] = true;
    at = stop + 1;
  }
  return reads;
}

void require_heads(const char* what, const AttentionLayerWidths& w) {
  require(w.qk_channels % w.heads == 0 && w.v_channels % w.heads == 0,
          "{} heads do not divide the {} query and {} value channels of the {} "
          "attention",
          w.heads, w.qk_channels, w.v_channels, what);
}

}  // namespace

PerceiverConfig::PerceiverConfig(const Shape& shape, const Options& options)
    : latents(shape.M),
      blocks(shape.B),
      layers(shape.L),
      reads(reading_blocks(options.text("cross_attends"), shape.B)),
      sharing(sharing_of(options.text("sharing"))),
      attention(attention_form(options.text("attention"))),
      planned(options.text("plan") == "planned") {
  const std::size_t qk = options.number("qk_channels");
  const std::size_t v = options.number("v_channels");
  const std::size_t widening = options.number("widening");
  const Gelu gelu = options.text("gelu") == "tanh" ? Gelu::tanh : Gelu::erf;
  require(widening > 0, "widening = 0: must be at least 1");
  input = {shape.N, shape.C, positions(options.text("positions")),
           options.number("bands")};
  const std::size_t read = input.encoded_channels();
  const std::size_t cross_qk = or_else(qk, read);
  cross = {.channels = shape.D,
           .input_channels = read,
           .qk_channels = cross_qk,
           .v_channels = or_else(v, cross_qk),
           .heads = or_else(options.number("cross_heads"), shape.H),
           .widening = widening,
           .query_residual = options.flag("query_residual"),
           .gelu = gelu};
  const std::size_t latent_qk = or_else(qk, shape.D);
  latent = {.channels = shape.D,
            .qk_channels = latent_qk,
            .v_channels = or_else(v, latent_qk),
            .heads = shape.H,
            .widening = widening,
            .gelu = gelu};
  require_heads("cross", cross);
  require_heads("latent", latent);
}

std::size_t PerceiverConfig::cross_set(std::size_t block) const {
  const auto earlier = static_cast<std::size_t>(
      std::count(reads.begin(), reads.begin() + block, true));
  if (sharing == Sharing::none) return earlier;
  if (sharing == Sharing::all) return 0;
  return earlier == 0 ? 0 : 1;
}

std::size_t PerceiverConfig::tower_set(std::size_t block) const {
  return sharing == Sharing::none ? block : 0;
}

std::size_t PerceiverConfig::cross_sets() const {
  std::size_t sets = 0;
  for (std::size_t block = 0; block < blocks; ++block) {
    if (reads[block]) sets = std::max(sets, cross_set(block) + 1);
  }
  return sets;
}

std::size_t PerceiverConfig::tower_sets() const {
  return layers == 0 ? 0 : tower_set(blocks - 1) + 1;
}

std::size_t PerceiverConfig::cross_uses(std::size_t set) const {
  std::size_t uses = 0;
  for (std::size_t block = 0; block < blocks; ++block) {
    uses += reads[block] && cross_set(block) == set;
  }
  return uses;
}

ReadShape PerceiverConfig::read_shape(std::size_t batch) const {
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
    widths.plan = formula::cheapest_plan(read_shape(batch), cross_uses(set),
                                         attention, scalar);
  }
  return widths;
}

std::vector<OptionSpec> perceiver_options() {
  return {
      choice("sharing", {"all_but_first", "all", "none"},
             "Which blocks share their weights?"),
      {"cross_attends", "every",
       "Which blocks read the input: every, first, or as in 0+2?",
       OptionKind::text,
       {"every", "first", "0+2"}},
      choice("attention", {"streaming", "materialised"},
             "In which form is attention computed?"),
      choice("plan", {"as_written", "planned"},
             "Is the definition followed literally, or by an exact rewrite of "
             "fewest MACs?"),
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
