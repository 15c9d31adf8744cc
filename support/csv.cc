#include "support/csv.h"

#include <fmt/format.h>

namespace suite {

std::string csv_field(const std::string& field) {
  if (field.find_first_of(",\"\r\n") == std::string::npos) return field;
  std::string text = "\"";
  for (const char c : field) {
    if (c == '"') text += '"';
    text += c;
  }
  return text + '"';
}

bool take_csv_line(std::string_view& text, std::vector<std::string>& fields) {
  fields.assign(1, "");
  bool inside = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (inside) {
      if (c != '"') {
        fields.back() += c;
      } else if (i + 1 < text.size() && text[i + 1] == '"') {
        fields.back() += text[++i];
      } else {
        inside = false;
      }
    } else if (c == '"') {
      inside = true;
    } else if (c == ',') {
      fields.emplace_back();
    } else if (c == '\n') {
      text.remove_prefix(i + 1);
      return true;
    } else if (c != '\r') {
      fields.back() += c;
    }
  }
  return false;
}

std::string exact(double value) { return fmt::format("{}", value); }

}  // namespace suite
