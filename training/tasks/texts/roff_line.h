// A line of roff, as text or as a macro with its arguments.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace suite {

// Without escapes: "\fB\-a\fP" is "-a". Characters that it does not know by
// their names are left out.
std::string plain(std::string_view line);

// The words of a macro's line behind its name; quotes hold several together.
std::vector<std::string> arguments_of(std::string_view line);

}  // namespace suite
