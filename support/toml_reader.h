// Reads TOML strictly: every complaint says file, line and column.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#define TOML_EXCEPTIONS 1
#include <toml++/toml.h>

#include "support/check.h"

namespace suite {

// Throws Error for text that is not TOML.
toml::table parse_toml(const std::string& path, const std::string& text);

// Nodes of one file, as the types that they must have. `key` names a node in
// messages.
class TomlReader {
 public:
  static constexpr std::int64_t kLargest =
      std::numeric_limits<std::int32_t>::max();

  explicit TomlReader(const std::string& path) : path_(path) {}

  template <class... Args>
  void need(bool holds, const toml::source_region& where,
            fmt::format_string<Args...> message, Args&&... args) const {
    if (holds) return;
    throw Error(fmt::format("{}: {}", place(where),
                            fmt::format(message, std::forward<Args>(args)...)));
  }

  // "file:line:column"
  std::string place(const toml::source_region& where) const {
    return fmt::format("{}:{}:{}", path_, where.begin.line, where.begin.column);
  }

  // `where` goes before the key in the message, as "base.".
  void known_keys(const toml::table& table, const std::string& where,
                  const std::vector<std::string>& known) const;

  std::int64_t integer(const std::string& key, const toml::node& node,
                       std::int64_t least, std::int64_t most = kLargest) const;
  double number(const std::string& key, const toml::node& node,
                double least) const;
  std::string text(const std::string& key, const toml::node& node) const;
  const toml::table& table(const std::string& key,
                           const toml::node& node) const;
  // With at least one element.
  const toml::array& list(const std::string& key, const toml::node& node) const;

 private:
  std::string path_;
};

}  // namespace suite
