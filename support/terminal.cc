#include "support/terminal.h"

#include <unistd.h>

#include <cstdlib>

namespace suite {
namespace {

bool is_set(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

bool has_colours() {
  const char* kind = std::getenv("TERM");
  return isatty(STDOUT_FILENO) == 1 && !is_set("NO_COLOR") && kind != nullptr &&
         std::string_view(kind) != "dumb";
}

const char* code(Colour colour) {
  switch (colour) {
    case Colour::red:
      return "\033[31m";
    case Colour::green:
      return "\033[32m";
    case Colour::yellow:
      return "\033[33m";
  }
  return "";
}

}  // namespace

std::string coloured(std::string_view text, Colour colour) {
  if (!has_colours()) return std::string(text);
  return code(colour) + std::string(text) + "\033[0m";
}

}  // namespace suite
