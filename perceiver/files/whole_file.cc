#include "perceiver/files/whole_file.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>

#include "primitives/check.h"

namespace suite {

void write_whole_file(const std::string& path,
                      std::initializer_list<std::span<const std::byte>> parts) {
  const std::string beside = path + ".new";
  std::ofstream out(beside, std::ios::binary);
  const bool opened = out.is_open();
  for (const auto& part : parts) {
    out.write(reinterpret_cast<const char*>(part.data()),
              static_cast<std::streamsize>(part.size()));
  }
  out.close();
  if (out.good() && std::rename(beside.c_str(), path.c_str()) == 0) return;
  const std::string reason = std::strerror(errno);
  if (opened) std::remove(beside.c_str());
  throw Error(fmt::format("cannot write {}: {}", path, reason));
}

}  // namespace suite
