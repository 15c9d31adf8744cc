#include "baselines/transformer/points.h"

#include "primitives/layers/linear_formula.h"

namespace suite {

PointsConfig::PointsConfig(const Shape& s, const Options& options)
    : points(options.number("points")),
      layer{.channels = s.D,
            .input_channels = s.D,
            .qk_channels = s.D,
            .v_channels = s.D,
            .heads = s.H,
            .widening = options.number("widening")} {
  require(s.D % s.H == 0, "H = {} heads do not divide D = {}", s.H, s.D);
  require(points > 1,
          "points = {}: must be at least 2, or every input reads the same",
          points);
  require(layer.widening > 0, "widening = 0: must be at least 1");
}

std::vector<OptionSpec> points_options(std::size_t standard,
                                       const std::string& question) {
  return {number("points", standard, question),
          number("widening", 1, "How many times D is the MLP's hidden width?")};
}

Cost with_streams(Cost blocks, const PointsConfig& config, const Shape& s,
                  std::size_t scalar) {
  Cost cost = std::move(blocks);
  cost += formula::input_projection(s.batch * s.N, s.C, s.D, scalar);
  cost.bytes_held +=
      scalar *
      (cost.parameters + s.batch * (s.N * (s.C + s.D) + config.points * s.D));
  return cost;
}

}  // namespace suite
