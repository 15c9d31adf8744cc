// What encoders share in which a few learned rows, the points, read all inputs
// and the inputs read the points, block after block.
#pragma once

#include <algorithm>
#include <vector>

#include "contract/contestant.h"
#include "contract/options.h"
#include "contract/shape.h"
#include "primitives/attention_layer/attend.h"
#include "primitives/attention_layer/attention_layer_trace.h"
#include "primitives/attention_layer/attention_layer_widths.h"
#include "primitives/attention_layer/layer_traces.h"
#include "primitives/cost.h"
#include "primitives/keep.h"
#include "primitives/layers/input_projection.h"

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

// What their traces share. What points leave is kept either way: it is small.
template <class T>
struct PointsTrace {
  LayerTraces<T> spreads;            // of layers in which inputs read points
  std::vector<Tensor<T, 3>> points;  // [batch, points, D], of each block
  AttentionLayerBackward<T> spread{AttentionForm::streaming};
  Tensor<T, 3> d_stream;  // [batch, N, D]
  Tensor<T, 3> d_points;  // [batch, points, D]
  Tensor<T, 3> d_input;   // [batch, N, C]

  PointsTrace(Keep keep, std::size_t blocks) : spreads(keep), points(blocks) {}

  void clear_points(const Ledger& ledger) {
    d_points.resize(points.front().shape());
    if (ledger.computes()) std::fill(d_points.begin(), d_points.end(), T(0));
  }

  // The gradient of the stream becomes that of the inputs, which is added to.
  void end(const InputProjection<T>& projection, const Tensor<T, 3>& input,
           InputProjection<T>& gradient, Tensor<T, 3>* onto, Ledger& ledger) {
    projection.backward(input, d_stream, gradient,
                        onto == nullptr ? nullptr : &d_input, ledger);
    if (onto == nullptr || !ledger.computes()) return;
    for (std::size_t i = 0; i < d_input.size(); ++i) {
      onto->data()[i] += d_input.data()[i];
    }
  }
};

// The options of PointsConfig, with their questions.
std::vector<OptionSpec> points_options(std::size_t standard,
                                       const std::string& question);

// Adds to all blocks' cost, parameters included, what stands around them: the
// map of the inputs, and in bytes_held parameters, inputs, stream and points.
Cost with_streams(Cost blocks, const PointsConfig& config, const Shape& shape,
                  std::size_t scalar);

// Adds to what a step costs the layers of all blocks that are of such sizes,
// whose forward it has already: their backward, gradients of what they read
// included, and what is kept or made again for it. In bytes_held their traces
// and the backward's buffers, less what forward's own have no need to hold.
void add_layers(const AttentionLayerSizes& sizes, std::size_t blocks,
                std::size_t scalar, int threads, Keep keep, TrainingCost& cost);

// Adds what stands around them: the backward of the inputs' map, and in
// bytes_held all that its forward holds, gradients of parameters, output,
// stream and points, and points `kept` that many times.
TrainingCost with_streams(TrainingCost blocks, const PointsConfig& config,
                          const Shape& shape, std::size_t kept,
                          std::size_t scalar);

}  // namespace suite
