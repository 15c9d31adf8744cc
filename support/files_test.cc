#include "support/files.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "support/check.h"

namespace suite {
namespace {

namespace fs = std::filesystem;

fs::path empty_folder(const char* name) {
  const fs::path folder = fs::path(testing::TempDir()) / name;
  fs::remove_all(folder);
  fs::create_directories(folder);
  return folder;
}

std::string refusal(const std::string& path) {
  try {
    replace_file(path, "new");
    return "";
  } catch (const Error& error) {
    return error.what();
  }
}

// How many files there are beside each other.
std::ptrdiff_t count_in(const fs::path& folder) {
  return std::distance(fs::directory_iterator(folder), {});
}

TEST(ReplaceFile, KeepsTheOldContentUntilTheNewIsWhole) {
  const fs::path folder = empty_folder("replaced");
  const std::string path = folder / "kept";
  replace_file(path, "old");
  rlimit before;
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit two_bytes = {2, before.rlim_max};
  std::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &two_bytes), 0);
  const std::string said = refusal(path);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  EXPECT_EQ(said, "cannot write " + path + ": File too large");
  EXPECT_EQ(read_file(path), "old");
  EXPECT_EQ(count_in(folder), 1);
  replace_file(path, {"ne", "w"});
  EXPECT_EQ(read_file(path), "new");
  EXPECT_EQ(count_in(folder), 1);
}

TEST(ReplaceFile, LeavesOthersFilesAlone) {
  const std::string path = empty_folder("others") / "mine";
  replace_file(path + ".new", "theirs");
  replace_file(path, "mine");
  EXPECT_EQ(read_file(path + ".new"), "theirs");
}

TEST(ReplaceFile, FollowsLinksAndKeepsModes) {
  const fs::path folder = empty_folder("links");
  const std::string path = folder / "real", link = folder / "link";
  replace_file(path, "old");
  fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
  fs::create_symlink("real", link);
  replace_file(link, "new");
  EXPECT_TRUE(fs::is_symlink(link));
  EXPECT_EQ(read_file(path), "new");
  EXPECT_EQ(fs::status(path).permissions(),
            fs::perms::owner_read | fs::perms::owner_write);
  const std::string dangling = folder / "dangling";
  fs::create_symlink("not_yet", dangling);
  replace_file(dangling, "made");
  EXPECT_EQ(read_file(folder / "not_yet"), "made");
}

TEST(ReplaceFile, WritesToPipesAndDevices) {
  const std::string pipe = empty_folder("pipes") / "pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  const int reader = open(pipe.c_str(), O_RDONLY | O_NONBLOCK);
  replace_file(pipe, "through");
  char text[8] = {};
  EXPECT_EQ(read(reader, text, 7), 7);
  EXPECT_STREQ(text, "through");
  close(reader);
  EXPECT_TRUE(fs::is_fifo(pipe));
  EXPECT_EQ(refusal("/dev/full"),
            "cannot write /dev/full: No space left on device");
}

TEST(ReplaceFile, LeavesNothingBesideWhatItCannotReplace) {
  const fs::path above = empty_folder("above");
  const std::string path = above / "folder";
  fs::create_directory(path);
  EXPECT_EQ(refusal(path).rfind("cannot write " + path, 0), 0u);
  EXPECT_EQ(count_in(above), 1);
}

TEST(RemoveUnfinished, TakesWhatWasNeverRenamedAndNothingElse) {
  const fs::path folder = empty_folder("unfinished");
  fs::create_directory(folder / "below");
  const auto write = [&] {
    for (const char* name :
         {"a.json.12-0.new", "a.json", "a.new", "12-0.new", "a.12-.new",
          "a.x-1.new", "a.12-0.new.csv", "below/b.7-11.new", "below/b"}) {
      replace_file(folder / name, "kept");
    }
  };
  write();
  remove_unfinished(folder, Within::folder);
  EXPECT_FALSE(fs::exists(folder / "a.json.12-0.new"));
  EXPECT_EQ(count_in(folder), 7);
  EXPECT_EQ(count_in(folder / "below"), 2);
  write();
  remove_unfinished(folder, Within::all_below);
  EXPECT_EQ(count_in(folder), 7);
  EXPECT_EQ(count_in(folder / "below"), 1);
  remove_unfinished(folder / "none", Within::all_below);
}

TEST(ReadFile, ReadsAllOrSaysWhyNot) {
  const fs::path folder = empty_folder("read");
  const std::string path = folder / "long";
  const std::string content(200'000, 'x');
  replace_file(path, content);
  EXPECT_EQ(read_file(path), content);
  EXPECT_FALSE(read_file("/proc/self/status").empty());
  for (const auto& [wrong, why] :
       {std::pair(folder.string(), "Is a directory"),
        std::pair((folder / "none").string(), "No such file or directory"),
        // Its first page can't be read: an error, and no end of file.
        std::pair(std::string("/proc/self/mem"), "Input/output error")}) {
    try {
      read_file(wrong);
      FAIL() << wrong;
    } catch (const FileError& error) {
      EXPECT_EQ(error.what(), fmt::format("cannot read {}: {}", wrong, why));
    }
  }
}

}  // namespace
}  // namespace suite
