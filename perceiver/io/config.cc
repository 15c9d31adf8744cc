#include "perceiver/io/config.h"

#include <algorithm>

#include "perceiver/io/stem_windows.h"
#include "primitives/layers/positions.h"

namespace suite {
namespace {

std::vector<std::size_t> rows_of_grid(const GridInput& grid,
                                      const Semantics& semantics) {
  std::vector<std::size_t> rows = grid.extents;
  if (grid.map == GridInput::Map::convolution) {
    require(rows.size() == 2, "a convolution of {} dimensions: 2 are allowed",
            rows.size());
    const StemWindows windows =
        stem_windows({rows[0], rows[1]}, semantics.same_padding);
    rows = {windows.pooled.height, windows.pooled.width};
  }
  require(grid.patch.empty() || grid.patch.size() == rows.size(),
          "a patch of {} dimensions in a grid of {}", grid.patch.size(),
          rows.size());
  for (std::size_t i = 0; i < grid.patch.size(); ++i) {
    require(grid.patch[i] > 0 && rows[i] % grid.patch[i] == 0,
            "patches of {} do not divide an extent of {}", grid.patch[i],
            rows[i]);
    rows[i] /= grid.patch[i];
  }
  // Two frames in one patch are one picture.
  if (rows.size() == 3 && rows[0] == 1) rows.erase(rows.begin());
  return rows;
}

struct RowsOf {
  const Semantics& semantics;
  std::vector<std::size_t> operator()(const TextInput& text) const {
    return {text.length};
  }
  std::vector<std::size_t> operator()(const GridInput& grid) const {
    return rows_of_grid(grid, semantics);
  }
  std::vector<std::size_t> operator()(const PointInput& points) const {
    return {points.points};
  }
};

struct ChannelsOf {
  std::size_t operator()(const TextInput& text) const { return text.channels; }
  std::size_t operator()(const GridInput& grid) const {
    const std::size_t values =
        grid.map == GridInput::Map::none
            ? grid.channels * elements(grid.patch)
            : grid.mapped;
    // A patch over all frames leaves a picture: see rows_of_grid().
    const bool flat = grid.extents.size() == 3 && !grid.patch.empty() &&
                      grid.patch[0] == grid.extents[0];
    const std::size_t dims = grid.extents.size() - (flat ? 1 : 0);
    return values +
           (grid.positions.added ? 0 : grid.positions.width(dims));
  }
  std::size_t operator()(const PointInput& points) const {
    return points.positions.width(points.dims);
  }
};

// The widest of several, with their padding; of one, as wide as it is.
std::size_t joined(const std::vector<std::size_t>& widths,
                   std::size_t padding) {
  if (widths.empty()) return 0;
  const std::size_t widest = *std::max_element(widths.begin(), widths.end());
  return widest + (widths.size() > 1 ? padding : 0);
}

}  // namespace

std::size_t PositionConfig::width(std::size_t dims) const {
  switch (kind) {
    case Kind::none:
      return 0;
    case Kind::fourier:
      return fourier_channels(dims, bands);
    case Kind::learned:
      break;
  }
  return projected > 0 ? projected : channels;
}

void require_shareable(const IoConfig& config) {
  const GridInput* grid = config.inputs.size() == 1
                              ? std::get_if<GridInput>(&config.inputs[0].input)
                              : nullptr;
  require(grid != nullptr && grid->extents.size() == 1 && grid->patch.empty() &&
              grid->map == GridInput::Map::none &&
              grid->positions.kind == PositionConfig::Kind::none,
          "over ranks inputs are read as they come: positions = none, "
          "input_map = 0");
  const DecoderConfig& d = config.decoder;
  require(d.kind == DecoderConfig::Kind::query && d.queries.size() == 1 &&
              d.queries[0].positions.kind == PositionConfig::Kind::learned &&
              d.queries[0].outputs == 0 && !d.vocabulary,
          "over ranks a decoder asks with learned queries of one kind");
}

std::size_t elements(const std::vector<std::size_t>& extents) {
  std::size_t product = 1;
  for (const std::size_t extent : extents) product *= extent;
  return product;
}

std::vector<std::size_t> rows_of(const Modality& modality,
                                 const Semantics& semantics) {
  return std::visit(RowsOf{semantics}, modality.input);
}

std::size_t channels_of(const Modality& modality) {
  return std::visit(ChannelsOf(), modality.input);
}

std::size_t input_rows(const IoConfig& config) {
  std::size_t rows = 0;
  for (const Modality& modality : config.inputs) {
    rows += elements(rows_of(modality, config.semantics));
  }
  return rows;
}

std::size_t input_channels(const IoConfig& config) {
  std::vector<std::size_t> widths;
  for (const Modality& modality : config.inputs) {
    widths.push_back(channels_of(modality));
  }
  return joined(widths, config.padding);
}

std::size_t query_rows(const IoConfig& config) {
  std::size_t rows = 0;
  for (const QueryConfig& query : config.decoder.queries) {
    rows += elements(query.extents);
  }
  return rows;
}

std::size_t query_channels(const IoConfig& config) {
  std::vector<std::size_t> widths;
  for (const QueryConfig& query : config.decoder.queries) {
    widths.push_back(query.positions.kind == PositionConfig::Kind::none
                         ? input_channels(config)
                         : query.positions.width(query.extents.size()));
  }
  return joined(widths, config.decoder.padding);
}

}  // namespace suite
