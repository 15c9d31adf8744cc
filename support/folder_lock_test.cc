#include "support/folder_lock.h"

#include <gtest/gtest.h>

#include "support/check.h"
#include "support/files.h"

namespace suite {
namespace {

TEST(FolderLock, IsHeldByOneAtATime) {
  const std::string folder = testing::TempDir() + "held";
  make_folder(folder);
  {
    const FolderLock first(folder);
    try {
      const FolderLock second(folder);
      ADD_FAILURE() << "held twice";
    } catch (const Error& error) {
      const std::string said = error.what();
      EXPECT_NE(said.find("process"), std::string::npos) << said;
      EXPECT_NE(said.find(" still writes into " + folder), std::string::npos)
          << said;
    }
  }
  const FolderLock again(folder);
  EXPECT_THROW(FolderLock(folder + "/none"), Error);
}

}  // namespace
}  // namespace suite
