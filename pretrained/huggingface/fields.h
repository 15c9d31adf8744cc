// Fields of a config.json, each with the value that it has where it is left out.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace suite {

class Fields {
 public:
  explicit Fields(const nlohmann::json& config) : config_(config) {}

  // A whole number from `least` on.
  std::size_t number(const char* name, std::size_t otherwise,
                     std::size_t least = 1) const;
  // The same, or 0 for null.
  std::size_t number_or_null(const char* name) const;
  bool flag(const char* name, bool otherwise) const;
  std::string text(const char* name, const std::string& otherwise) const;
  std::vector<std::size_t> numbers(const char* name,
                                   const std::vector<std::size_t>& otherwise,
                                   std::size_t count) const;
  // "id2label" in the order of its numbers; empty if there is none.
  std::vector<std::string> labels() const;

 private:
  const nlohmann::json* find(const char* name) const;

  const nlohmann::json& config_;
};

}  // namespace suite
