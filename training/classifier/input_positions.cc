#include "training/classifier/input_positions.h"

#include <array>

#include "support/check.h"
#include "training/named.h"

namespace suite {
namespace {

using Kind = InputPositions::Kind;

const std::array<NamedKind, 3>& kinds() {
  static const std::array<NamedKind, 3> all{
      {{"none", {}},
       {"fourier", {number("bands", 8, "How many frequencies a dimension?")}},
       {"learned", {number("channels", 32, "How wide is a learned row?")}}}};
  return all;
}

}  // namespace

std::string InputPositions::text() const {
  switch (kind) {
    case Kind::none:
      break;
    case Kind::fourier:
      return fmt::format("fourier(bands={})", bands);
    case Kind::learned:
      return fmt::format("learned(channels={})", channels);
  }
  return "none";
}

InputPositions parse_input_positions(std::string_view text) {
  const Named named = parse_named("positions", text, kinds());
  if (named.name == "none") return {};
  const bool is_fourier = named.name == "fourier";
  const char* option = is_fourier ? "bands" : "channels";
  const std::size_t value = named.options.number(option);
  require(value >= 1 && value <= 4096,
          "positions: {} = {}; allowed are 1 to 4096", option, value);
  if (is_fourier) return {.kind = Kind::fourier, .bands = value};
  return {.kind = Kind::learned, .channels = value};
}

}  // namespace suite
