// Which file of a checkpoint in many files has which tensor.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace suite {

inline constexpr std::uint64_t kMostIndexBytes = 100'000'000;

// {tensor: file} of a model.safetensors.index.json, {"weight_map": {tensor:
// file}, …}. Throws Error, one line that begins with `where`, unless it is JSON
// of that form and each file a plain name: letters, digits and -_. only, that
// does not begin with a dot, so that none is outside of the index's folder.
std::map<std::string, std::string> parse_shard_index(const std::string& where,
                                                     std::string_view text);

}  // namespace suite
