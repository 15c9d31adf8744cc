#include "contract/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "support/check.h"
#include "support/nearest.h"

namespace suite {
namespace {

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

// Of an option's name or a choice's value.
bool is_word_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

bool is_identifier(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), is_word_character);
}

std::size_t whole_number(const std::string& option, const std::string& value) {
  std::size_t number = 0;
  const char* end = value.data() + value.size();
  const auto [stop, error] = std::from_chars(value.data(), end, number);
  require(error == std::errc() && stop == end && number < (1u << 31),
          "{} = {}: allowed are whole numbers from 0 to 2^31 - 1", option,
          value);
  return number;
}

void check_value(const std::string& contestant, const OptionSpec& spec,
                 const std::string& value) {
  const std::string option = contestant + ": " + spec.name;
  if (spec.kind == OptionKind::number) whole_number(option, value);
  if (spec.kind != OptionKind::choice) return;
  require(std::find(spec.allowed.begin(), spec.allowed.end(), value) !=
              spec.allowed.end(),
          "{} = {}: allowed are {}", option, value,
          fmt::join(spec.allowed, ", "));
}

}  // namespace

OptionSpec choice(std::string name, std::vector<std::string> allowed,
                  std::string question) {
  std::string standard = allowed.front();
  return {std::move(name), std::move(standard), std::move(question),
          OptionKind::choice, std::move(allowed)};
}

OptionSpec number(std::string name, std::size_t standard,
                  std::string question) {
  return {std::move(name), std::to_string(standard), std::move(question)};
}

OptionSpec attention_form_option() {
  OptionSpec form = choice("form", {"streaming", "materialised"},
                           "In which form is attention computed?");
  form.old_name = "attention";  // which is a variant of the transformer, too
  return form;
}

std::string in_todays_words(std::string text) {
  static const OptionSpec form = attention_form_option();
  for (const std::string& value : form.allowed) {
    const std::string old = form.old_name + "=" + value;
    for (std::size_t at = text.find(old); at != std::string::npos;
         at = text.find(old, at + 1)) {
      const bool begins = at == 0 || !is_word_character(text[at - 1]);
      const std::size_t end = at + old.size();
      const bool ends = end == text.size() || !is_word_character(text[end]);
      if (begins && ends) text.replace(at, form.old_name.size(), form.name);
    }
  }
  return text;
}

std::vector<OptionValues> along(const std::string& option,
                                const std::vector<std::size_t>& values) {
  std::vector<OptionValues> settings;
  for (const std::size_t value : values) {
    settings.push_back({{option, std::to_string(value)}});
  }
  return settings;
}

std::string ContestantName::text() const {
  std::vector<std::string> items;
  for (const auto& [key, value] : options) items.push_back(key + "=" + value);
  return items.empty() ? name
                       : fmt::format("{}({})", name, fmt::join(items, ", "));
}

ContestantName parse_contestant_name(std::string_view text,
                                     std::string_view what) {
  text = trim(text);
  const auto open = text.find('(');
  ContestantName parsed{std::string(trim(text.substr(0, open))), {}};
  require(is_identifier(parsed.name) &&
              (open == std::string_view::npos || text.back() == ')'),
          "{} \"{}\": must look like name or name(option=value, ...)", what,
          text);
  if (open == std::string_view::npos) return parsed;
  std::string_view rest = text.substr(open + 1, text.size() - open - 2);
  while (!trim(rest).empty()) {
    const auto comma = rest.find(',');
    const std::string_view item = trim(rest.substr(0, comma));
    const auto equals = item.find('=');
    const std::string key(trim(item.substr(0, equals)));
    require(equals != std::string_view::npos && is_identifier(key),
            "{} \"{}\": \"{}\" must look like option=value", what, text, item);
    require(parsed.options.emplace(key, trim(item.substr(equals + 1))).second,
            "{} \"{}\": {} is given twice", what, text, key);
    rest = comma == std::string_view::npos ? std::string_view()
                                           : rest.substr(comma + 1);
  }
  return parsed;
}

Options::Options(const std::string& contestant,
                 const std::vector<OptionSpec>& specs,
                 const OptionValues& given) {
  std::vector<std::string> known, changed;
  for (const OptionSpec& spec : specs) known.push_back(spec.name);
  for (const auto& [key, value] : given) {
    require(std::find(known.begin(), known.end(), key) != known.end(),
            "{}: unknown option {}; known are {}{}", contestant, key,
            fmt::join(known, ", "), did_you_mean(key, known));
  }
  for (const OptionSpec& spec : specs) {
    const auto found = given.find(spec.name);
    const bool is_given = found != given.end();
    const std::string& value = is_given ? found->second : spec.standard;
    if (is_given) check_value(contestant, spec, value);
    if (value != spec.standard) changed.push_back(spec.name + "=" + value);
    values_[spec.name] = value;
  }
  if (!changed.empty()) {
    suffix_ = fmt::format("({})", fmt::join(changed, ", "));
  }
}

const std::string& Options::text(const std::string& option) const {
  const auto found = values_.find(option);
  require(found != values_.end(), "option {} is not declared", option);
  return found->second;
}

std::size_t Options::number(const std::string& option) const {
  return whole_number(option, text(option));
}

bool Options::flag(const std::string& option) const {
  return text(option) == "true";
}

std::string Options::text_or(const std::string& option,
                             const std::string& otherwise) const {
  const auto found = values_.find(option);
  return found == values_.end() ? otherwise : found->second;
}

}  // namespace suite
