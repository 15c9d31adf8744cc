// What the tests of checkpoints share: files made in place.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace suite {

std::string bytes_of(const std::vector<float>& values);

// The bytes of a safetensors file.
std::string safetensors_file(std::string_view header, std::string_view data);

// One F32 tensor for each name, of shape [1] and value 0, 1, …
std::string file_of_scalars(const std::vector<std::string>& names);

}  // namespace suite
