// A model's parameters, filled from a checkpoint: all of them or none.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "pretrained/checkpoint/checkpoint.h"

namespace suite {

// PyTorch's linear weights are [out, in], ours [in, out].
inline const std::vector<std::size_t> kTransposed = {1, 0};
// PyTorch's convolutions are [out, in, height, width], ours one matrix
// [height·width·in, out].
inline const std::vector<std::size_t> kConvolution = {2, 3, 1, 0};

template <class T>
struct WantedTensor {
  std::string name;                // in the checkpoint
  std::vector<std::size_t> shape;  // in the checkpoint
  std::span<T> to;                 // as many values
  // Axis i of what is stored is axis axes[i] of the checkpoint's; empty: as it
  // stands.
  std::vector<std::size_t> axes;
};

using NamePredicate = std::function<bool(const std::string&)>;

// Reads every wanted tensor. First compares: throws Error, one line with the
// first few of each kind, if names are missing, left over and not allowed to
// be, of another shape, or of a dtype that is no float's; then nothing is read.
// A name may be wanted twice, for weights that are tied. Holds one MiB, or one
// slice of the largest permuted tensor, beside the model.
template <class T>
void load(const Checkpoint& checkpoint,
          const std::vector<WantedTensor<T>>& wanted,
          const NamePredicate& may_be_left);

}  // namespace suite
