#include "pretrained/huggingface/fields.h"

#include <cstdint>
#include <nlohmann/json.hpp>

#include "support/check.h"

namespace suite {
namespace {

// Widths past this are no model's, and their products would not fit.
constexpr std::uint64_t kMost = std::uint64_t{1} << 31;

std::string shown(const nlohmann::json& value) {
  const std::string text = value.dump(
      -1, ' ', /*ensure_ascii=*/true, nlohmann::json::error_handler_t::replace);
  return text.size() > 60 ? text.substr(0, 57) + "..." : text;
}

std::size_t number_of(const char* name, const nlohmann::json& value,
                      std::size_t least) {
  const bool whole = value.is_number_unsigned() ||
                     (value.is_number_integer() && value.get<std::int64_t>() >= 0);
  require(whole && value.get<std::uint64_t>() >= least &&
              value.get<std::uint64_t>() <= kMost,
          "config.json: {} = {}: whole numbers from {} to {} are allowed", name,
          shown(value), least, kMost);
  return value.get<std::size_t>();
}

}  // namespace

const nlohmann::json* Fields::find(const char* name) const {
  const auto found = config_.find(name);
  return found == config_.end() ? nullptr : &*found;
}

std::size_t Fields::number(const char* name, std::size_t otherwise,
                           std::size_t least) const {
  const nlohmann::json* value = find(name);
  return value == nullptr ? otherwise : number_of(name, *value, least);
}

std::size_t Fields::number_or_null(const char* name) const {
  const nlohmann::json* value = find(name);
  if (value == nullptr || value->is_null()) return 0;
  return number_of(name, *value, 1);
}

bool Fields::flag(const char* name, bool otherwise) const {
  const nlohmann::json* value = find(name);
  if (value == nullptr) return otherwise;
  require(value->is_boolean(),
          "config.json: {} = {}: true and false are allowed", name,
          shown(*value));
  return value->get<bool>();
}

std::string Fields::text(const char* name,
                         const std::string& otherwise) const {
  const nlohmann::json* value = find(name);
  if (value == nullptr) return otherwise;
  require(value->is_string(), "config.json: {} = {}: a text is allowed", name,
          shown(*value));
  return value->get<std::string>();
}

std::vector<std::size_t> Fields::numbers(
    const char* name, const std::vector<std::size_t>& otherwise,
    std::size_t count) const {
  const nlohmann::json* value = find(name);
  if (value == nullptr) return otherwise;
  require(value->is_array() && value->size() == count,
          "config.json: {} = {}: {} numbers are allowed", name, shown(*value),
          count);
  std::vector<std::size_t> numbers;
  for (const nlohmann::json& each : *value) {
    numbers.push_back(number_of(name, each, 1));
  }
  return numbers;
}

std::vector<std::string> Fields::labels() const {
  const nlohmann::json* value = find("id2label");
  if (value == nullptr || value->is_null()) return {};
  require(value->is_object(),
          "config.json: id2label = {}: an object from numbers to texts is "
          "allowed",
          shown(*value));
  std::vector<std::string> labels(value->size());
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto found = value->find(std::to_string(i));
    require(found != value->end() && found->is_string(),
            "config.json: id2label has {} entries and no text for {}",
            labels.size(), i);
    labels[i] = found->get<std::string>();
  }
  return labels;
}

}  // namespace suite
