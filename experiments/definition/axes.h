// Other values for a definition's letters, as a user types them.
#pragma once

#include <string>
#include <vector>

#include "experiments/definition/definition.h"

namespace suite {

// The definition of a file with axes like "N=1024,2048". Sweeps of a letter
// take those values in place of their own. A letter that is swept nowhere takes
// them everywhere: one value replaces the base's, several become an axis of
// each sweep. The definition's text, which the manifest keeps and all readers
// of its rows go by, is that of the changed one; its first line says the axes.
//
// Throws Error as read_definition does, and, naming the axis, for what is no
// letter, for a letter that is given twice and for values out of range.
Definition read_definition(const std::string& path,
                           const std::vector<std::string>& axes);

}  // namespace suite
