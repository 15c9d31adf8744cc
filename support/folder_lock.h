// A folder that one process alone writes into.
#pragma once

#include <string>

namespace suite {

// Holds a folder until it goes out of scope or the process ends, however it
// does. Leaves nothing in the folder.
class FolderLock {
 public:
  // Throws Error if the folder can't be opened, or another process holds it:
  // then it says which.
  explicit FolderLock(const std::string& folder);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int descriptor_;
};

}  // namespace suite
