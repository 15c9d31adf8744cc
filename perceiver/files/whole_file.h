// A file that is written whole or not at all.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <span>
#include <string>

namespace suite {

// Writes `parts`, one after the other, beside `path` and renames it to that:
// whatever happens, `path` has its old content or all of the new. Throws Error
// with the system's reason, and then leaves nothing beside it.
void write_whole_file(const std::string& path,
                      std::initializer_list<std::span<const std::byte>> parts);

}  // namespace suite
