// JSON from a file that nobody vouches for.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace suite {

struct JsonLimits {
  std::size_t depth;   // of objects and lists within one another
  std::size_t values;  // in all; each costs up to 150 bytes
};

// Throws Error, "{where}: byte N: …" in one line, for what is no JSON, exceeds
// the limits, or names a key twice in one object. Takes no stack for depth.
nlohmann::json parse_untrusted_json(const std::string& where,
                                    std::string_view text, JsonLimits limits);

}  // namespace suite
