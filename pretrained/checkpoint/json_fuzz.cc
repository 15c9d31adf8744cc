// Any text is a checkpoint's index or its configuration, or is refused in one
// line; and what is taken is JSON to the library's own reader too.
#include <nlohmann/json.hpp>
#include <string>

#include "pretrained/checkpoint/config_json.h"
#include "pretrained/checkpoint/shard_index.h"
#include "support/formats/fuzzing.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  suite::refused_in_one_line([&] {
    for (const auto& [name, file] : suite::parse_shard_index("fuzz", text)) {
      if (file.find('/') != std::string::npos || file[0] == '.') std::abort();
    }
  });
  suite::refused_in_one_line([&] {
    const nlohmann::json config = suite::parse_config("fuzz", text);
    if (config != nlohmann::json::parse(text)) std::abort();
  });
  return 0;
}
