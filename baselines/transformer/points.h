// What encoders share in which a few learned rows, the points, read all inputs
// and the inputs read the points, block after block.
#pragma once

#include "contract/options.h"
#include "contract/shape.h"
#include "primitives/attention_layer/attend.h"
#include "primitives/attention_layer/attention_layer_widths.h"
#include "primitives/cost.h"

namespace suite {

struct PointsConfig {
  std::size_t points;
  AttentionLayerWidths layer;  // of rows that read rows as wide

  // Throws Error for what makes no such encoder, naming the value.
  PointsConfig(const Shape& shape, const Options& options);
};

template <class T>
struct PointsWorkspace {
  AttentionWorkspace<T> points_read{AttentionForm::streaming};
  AttentionWorkspace<T> inputs_read{AttentionForm::streaming};
  Tensor<T, 3> stream;  // [batch, N, D]
  Tensor<T, 3> points;  // [batch, points, D]
};

// The options of PointsConfig, with their questions.
std::vector<OptionSpec> points_options(std::size_t standard,
                                       const std::string& question);

// Adds to all blocks' cost, parameters included, what stands around them: the
// map of the inputs, and in bytes_held parameters, inputs, stream and points.
Cost with_streams(Cost blocks, const PointsConfig& config, const Shape& shape,
                  std::size_t scalar);

}  // namespace suite
