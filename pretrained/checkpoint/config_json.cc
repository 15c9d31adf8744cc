#include "pretrained/checkpoint/config_json.h"

#include <nlohmann/json.hpp>

#include "support/check.h"
#include "support/formats/shown.h"
#include "support/formats/untrusted_json.h"

namespace suite {

nlohmann::json parse_config(const std::string& where, std::string_view text) {
  nlohmann::json config =
      parse_untrusted_json(where, text, {.depth = 64, .values = 1'000'000});
  require(config.is_object(), "{}: {} found, allowed is an object", where,
          shown(config.dump()));
  return config;
}

}  // namespace suite
