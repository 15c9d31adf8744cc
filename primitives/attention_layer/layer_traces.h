// The traces of all uses of the layers of one role, in the order of use.
#pragma once

#include <vector>

#include "primitives/attention_layer/attention_layer_trace.h"
#include "primitives/keep.h"

namespace suite {

// `LayerTrace` is an AttentionLayerTrace, or has a stream as it has.
template <class T, class LayerTrace = AttentionLayerTrace<T>>
class LayerTraces {
 public:
  explicit LayerTraces(Keep keep) : keep_(keep) {}

  // A new forward.
  void begin() { used_ = 0; }

  // run(stream, trace or null) is one layer's forward.
  template <class Run>
  void forward(Tensor<T, 3>& stream, const Ledger& ledger, const Run& run) {
    if (used_ == traces_.size()) traces_.emplace_back();
    LayerTrace& own = traces_[used_++];
    if (keep_ == Keep::activations) {
      run(stream, &own);
    } else {
      keep_copy(stream, own.stream, ledger);
      run(stream, static_cast<LayerTrace*>(nullptr));
    }
  }

  // The trace of the last use that is not yet taken; `run` makes what wasn't
  // kept.
  template <class Run>
  const LayerTrace& take_last(const Ledger& ledger, const Run& run) {
    const LayerTrace& own = traces_[--used_];
    if (keep_ == Keep::activations) return own;
    keep_copy(own.stream, stream_, ledger);
    run(stream_, &again_);
    return again_;
  }

  // Room for `uses` of layers like that.
  void lay_out(std::size_t uses, const AttentionLayerSizes& sizes,
               Buffers& buffers) {
    if (traces_.size() < uses) traces_.resize(uses);
    const bool all = keep_ == Keep::activations;
    for (std::size_t use = 0; use < uses; ++use) {
      if (all) {
        traces_[use].lay_out(sizes, buffers);
      } else {
        traces_[use].lay_out_stream(sizes, buffers);
      }
    }
    if (all || uses == 0) return;
    again_.lay_out(sizes, buffers);
    buffers(stream_, {sizes.batch, sizes.rows, sizes.widths.channels});
  }

 private:
  Keep keep_;
  std::vector<LayerTrace> traces_;
  std::size_t used_ = 0;
  // Where a layer's forward runs once more.
  LayerTrace again_;
  Tensor<T, 3> stream_;
};

}  // namespace suite
