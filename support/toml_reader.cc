#include "support/toml_reader.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "support/nearest.h"

namespace suite {

toml::table parse_toml(const std::string& path, const std::string& text) {
  try {
    return toml::parse(text, path);
  } catch (const toml::parse_error& error) {
    throw Error(fmt::format("{}:{}:{}: {}", path, error.source().begin.line,
                            error.source().begin.column, error.description()));
  }
}

void TomlReader::known_keys(const toml::table& table, const std::string& where,
                            const std::vector<std::string>& known) const {
  for (const auto& [key, node] : table) {
    need(std::find(known.begin(), known.end(), key.str()) != known.end(),
         key.source(), "unknown key {}{}; known are {}{}", where, key.str(),
         fmt::join(known, ", "), did_you_mean(key.str(), known));
  }
}

std::int64_t TomlReader::integer(const std::string& key, const toml::node& node,
                                 std::int64_t least, std::int64_t most) const {
  need(node.is_integer(), node.source(), "{} must be a whole number", key);
  const std::int64_t value = **node.as_integer();
  need(value >= least && value <= most, node.source(),
       "{} = {}: allowed are {} to {}", key, value, least, most);
  return value;
}

double TomlReader::number(const std::string& key, const toml::node& node,
                          double least) const {
  const auto value = node.value<double>();
  need(node.is_number() && value && *value >= least, node.source(),
       "{} must be a number, {} or more", key, least);
  return *value;
}

std::string TomlReader::text(const std::string& key,
                             const toml::node& node) const {
  need(node.is_string(), node.source(), "{} must be a string", key);
  return **node.as_string();
}

const toml::table& TomlReader::table(const std::string& key,
                                     const toml::node& node) const {
  need(node.is_table(), node.source(), "{} must be a table", key);
  return *node.as_table();
}

const toml::array& TomlReader::list(const std::string& key,
                                    const toml::node& node) const {
  need(node.is_array(), node.source(), "{} must be a list", key);
  need(!node.as_array()->empty(), node.source(), "{} is an empty list", key);
  return *node.as_array();
}

}  // namespace suite
