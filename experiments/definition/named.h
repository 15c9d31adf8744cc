// A definition, as users name it.
#pragma once

#include <string>

namespace suite {

// The file that `word` means: one from where the user stands, or the experiment
// of that name in `folder`, the project's own. Throws Error for a name that is
// none, with the nearest.
std::string definition_file(const std::string& word, const std::string& folder);

}  // namespace suite
