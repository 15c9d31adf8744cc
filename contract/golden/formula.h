// Weights and inputs that need no file: made from a name, in every program the
// same. formula.py says what they are, and is what the golden answers come from.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace suite::golden {

// Draws of SplitMix64, seeded with the FNV-1a hash of the name.
std::vector<std::uint64_t> draws(const std::string& name, std::size_t count);

// In [−1, 1), each a multiple of 2^−23.
std::vector<double> uniform(const std::string& name, std::size_t count);

// Numbers in [0, vocabulary).
std::vector<std::int64_t> tokens(const std::string& name, std::size_t count,
                                 std::size_t vocabulary);

// A parameter called `name`, in the layout of PyTorch: [out, in, …].
std::vector<float> weight(const std::string& name,
                          const std::vector<std::size_t>& shape);

}  // namespace suite::golden
