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
// known ones, and for options that the contestant doesn't take.
Entry find_contestant(std::string_view text);

// The full names of all that text asks for. A value "*", as in
// "transformer(attention=*)", stands for every value that the option has in the
// family; "settings=*" for the settings that each contestant states as worth
// comparing, none if it states none. Throws Error as find_contestant does.
std::vector<std::string> expand_contestants(std::string_view text);

}  // namespace suite
