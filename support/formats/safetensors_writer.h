// Tensors as a safetensors file.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace suite {

template <class T>
struct NamedTensor {
  std::string name;
  std::vector<std::size_t> shape;
  std::vector<T> values;  // row-major, as many as the shape says
};

// Writes F32 or F64, in the order given, under the header that PyTorch's users
// expect. Readers see what was there before or all of the new, never a part.
// Throws Error for a name that comes twice, a tensor of other than its shape's
// values, or a file that cannot be written. Holds all bytes once more.
template <class T>
void write_safetensors(const std::string& path,
                       std::span<const NamedTensor<T>> tensors);

}  // namespace suite
