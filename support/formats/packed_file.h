// Text files that may lie there packed, as those of published runs do:
// "cells.csv" as "cells.csv.gz".
#pragma once

#include <string>

namespace suite {

// `path`, or `path`.gz if that is what is there; `path` too if neither is.
// Throws Error if both are: one of them is not meant.
std::string plain_or_packed(const std::string& path);

// The text of either. Throws FileError as read_file() does, and Error as
// read_gzip() does: a packed file may hold a gibibyte.
std::string read_plain_or_packed(const std::string& path);

}  // namespace suite
