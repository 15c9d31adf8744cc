// A model's inputs, from NumPy's files.
#pragma once

#include <string>

#include "support/formats/npy.h"
#include "pretrained/huggingface/config.h"
#include "perceiver/io/preprocessor/raw_input.h"

namespace suite {

// Of text int64 ids [batch, N]; of all else float32 of 3 to 5 dimensions, as
// InputShapes has them. Throws Error, naming the file.
RawArray<float> array_from(const NpyArray& file, const std::string& modality);

// [batch, N], 1 for real inputs, of int64, int32, uint8 or bool. Throws Error
// unless it is such a mask for inputs of `shape` [batch, N, …].
Mask mask_from(const NpyArray& file, const std::vector<std::size_t>& shape);

// int64 [any]: numbers of outputs, below `count`. Throws Error.
std::vector<std::size_t> points_from(const NpyArray& file, std::size_t count);

// Throws Error, naming the file, for an id that is not below `vocabulary`.
void check_ids(const NpyArray& file, std::size_t vocabulary);

}  // namespace suite
