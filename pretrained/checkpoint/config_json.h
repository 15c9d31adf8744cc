// A checkpoint's config.json.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace suite {

inline constexpr std::uint64_t kMostConfigBytes = 10'000'000;

// Throws Error, one line that begins with `where`, unless `text` is a JSON
// object, at most 64 deep, of at most 1,000,000 values.
nlohmann::json parse_config(const std::string& where, std::string_view text);

}  // namespace suite
