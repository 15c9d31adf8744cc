#include "pretrained/checkpoint/shard_index.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "support/check.h"
#include "support/formats/shown.h"
#include "support/formats/untrusted_json.h"

namespace suite {
namespace {

// "metadata" may hold what it likes.
constexpr JsonLimits kLimits = {.depth = 16, .values = 1'000'000};
constexpr std::size_t kLongestName = 255;

bool is_plain_name(std::string_view file) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
  };
  return !file.empty() && file.size() <= kLongestName && file[0] != '.' &&
         std::all_of(file.begin(), file.end(), plain);
}

}  // namespace

std::map<std::string, std::string> parse_shard_index(const std::string& where,
                                                     std::string_view text) {
  const auto index = parse_untrusted_json(where, text, kLimits);
  require(index.is_object(), "{}: {} found, allowed is an object", where,
          shown(index.dump()));
  const auto weight_map = index.find("weight_map");
  require(weight_map != index.end() && weight_map->is_object() &&
              !weight_map->empty(),
          "{}: has no weight_map with entries", where);
  std::map<std::string, std::string> files;
  for (const auto& [tensor, file] : weight_map->items()) {
    require(file.is_string() && is_plain_name(file.get<std::string>()),
            "{}: tensor {}: file {}, allowed is a plain name of a file in the "
            "same folder",
            where, shown(tensor), shown(file.dump()));
    files.emplace(tensor, file.get<std::string>());
  }
  return files;
}

}  // namespace suite
