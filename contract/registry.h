// All contestants, by name. A contestant's file ends with one line:
//   const Registration registered(my_contestant());
// Contestants may form a family, as transformer and transformer(attention=linear):
// the one with most of the options that are asked for is meant.
#pragma once

#include <string_view>
#include <vector>

#include "contract/contestant.h"

namespace suite {

struct Registration {
  // Aborts with one line if the name is taken or misspelt.
  explicit Registration(Contestant contestant);
};

// Sorted by name.
std::vector<const Contestant*> contestants();

// Finds "name(option=value, …)". Throws Error for an unknown name, listing the
// known ones, and for options that the contestant doesn't take. An option's old
// name is noticed on stderr, once a contestant; the entry has today's. Where
// members of the family are told apart by that word, only the option's own
// values are taken for it: transformer(attention=linear) is a member.
Entry find_contestant(std::string_view text);

// The full names of all that text asks for. A value "*", as in
// "transformer(attention=*)", stands for every value that the option has in the
// family, those under its old name included; "settings=*" for the settings that
// each contestant states as worth comparing, none if it states none. Throws
// Error as find_contestant does.
std::vector<std::string> expand_contestants(std::string_view text);

}  // namespace suite
