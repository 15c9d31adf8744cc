#include "training/named.h"

#include <fmt/ranges.h>

#include <charconv>

#include "support/check.h"

namespace suite {

Named parse_named(std::string_view what, std::string_view text,
                  std::span<const NamedKind> known) {
  const ContestantName parsed = parse_contestant_name(text, what);
  std::vector<std::string> names;
  for (const NamedKind& kind : known) {
    if (kind.name == parsed.name) {
      return {kind.name, Options(kind.name, kind.options, parsed.options)};
    }
    names.push_back(kind.name);
  }
  throw Error(fmt::format("{} \"{}\": no such {}; known are {}", what,
                          parsed.name, what, fmt::join(names, ", ")));
}

OptionSpec real(std::string name, double standard, std::string question) {
  return {std::move(name), fmt::format("{}", standard), std::move(question),
          OptionKind::text};
}

double real_value(const Named& named, const std::string& option, double least,
                  double most) {
  const std::string& text = named.options.text(option);
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  require(error == std::errc() && stop == end && value >= least && value < most,
          "{}: {} = {}: allowed are numbers from {} to below {}", named.name,
          option, text, least, most);
  return value;
}

}  // namespace suite
