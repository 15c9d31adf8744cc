#include "primitives/layers/input_encoding_formula.h"

namespace suite::formula {

Cost input_encoding(const InputEncodingWidths& w, std::size_t batch,
                    std::size_t scalar) {
  Cost cost;
  if (w.positions == Positions::none) return cost;
  const std::size_t encoded = w.encoded_channels();
  const bool learned = w.positions == Positions::learned;
  const std::size_t table = w.inputs * (learned ? encoded : encoded - w.channels);
  const std::size_t inputs = batch * w.inputs;
  cost[Part::position_encoding].bytes_moved =
      scalar * (inputs * (w.channels + encoded) + table);
  cost.parameters = learned ? table : 0;
  cost.bytes_held = scalar * ((learned ? 0 : table) + inputs * encoded);
  return cost;
}

}  // namespace suite::formula
