#include "primitives/panels/caches.h"

#include <unistd.h>

namespace suite {
namespace {

std::size_t cache_bytes(int name, std::size_t otherwise) {
  const long bytes = sysconf(name);
  return bytes > 0 ? static_cast<std::size_t>(bytes) : otherwise;
}

}  // namespace

std::size_t first_level_cache_bytes() {
  static const std::size_t bytes =
      cache_bytes(_SC_LEVEL1_DCACHE_SIZE, 32 * 1024);
  return bytes;
}

std::size_t second_level_cache_bytes() {
  static const std::size_t bytes =
      cache_bytes(_SC_LEVEL2_CACHE_SIZE, 1024 * 1024);
  return bytes;
}

}  // namespace suite
