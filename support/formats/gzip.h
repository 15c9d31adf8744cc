// Files that gzip packed (RFC 1952).
#pragma once

#include <cstdint>
#include <string>

#include "support/formats/byte_source.h"

namespace suite {

// What was packed. Throws Error, naming the source, for what is no gzip file,
// ends early, does not have its own checksum, goes on after its end (a second
// packed part included), or unpacks to more than `most` bytes: memory is taken
// as it is filled, never more than twice `most`.
std::string read_gzip(const ByteSource& source, std::uint64_t most);

}  // namespace suite
