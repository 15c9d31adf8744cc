#include "support/folder_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "support/check.h"

namespace suite {
namespace {

// As the kernel lists it: "1: FLOCK ADVISORY WRITE 1234 08:01:5678 0 EOF".
std::string holder(int descriptor) {
  struct stat folder;
  if (fstat(descriptor, &folder) != 0) return "another process";
  const std::string inode = fmt::format(":{}", folder.st_ino);
  std::ifstream locks("/proc/locks");
  for (std::string line; std::getline(locks, line);) {
    std::istringstream words(line);
    std::string number, kind, mode, access, process, file;
    words >> number >> kind >> mode >> access >> process >> file;
    if (kind == "FLOCK" && file.ends_with(inode)) return "process " + process;
  }
  return "another process";
}

}  // namespace

FolderLock::FolderLock(const std::string& folder)
    : descriptor_(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
  require(descriptor_ >= 0, "cannot open folder {}: {}", folder,
          std::strerror(errno));
  // File systems without locks have none to offer.
  if (flock(descriptor_, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
    return;
  const std::string by = holder(descriptor_);
  close(descriptor_);
  throw Error(fmt::format("{} still writes into {}", by, folder));
}

FolderLock::~FolderLock() { close(descriptor_); }

}  // namespace suite
