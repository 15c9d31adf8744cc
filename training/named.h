// Schedules and optimisers are written as contestants are:
// "lamb(weight_decay=0.1)". Each kind has a table of its names with their
// options.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "contract/options.h"

namespace suite {

struct NamedKind {
  std::string name;
  std::vector<OptionSpec> options;
};

struct Named {
  std::string name;
  Options options;
};

// Throws Error, saying `what` it should have been ("schedule"), for text of
// another form, for a name that is not among the known, which are named, and
// for an option or value that is not allowed.
Named parse_named(std::string_view what, std::string_view text,
                  std::span<const NamedKind> known);

// An option that may be any number.
OptionSpec real(std::string name, double standard, std::string question);

// Its value. Throws Error unless it is a finite number from least to below
// most.
double real_value(const Named& named, const std::string& option, double least,
                  double most);

}  // namespace suite
