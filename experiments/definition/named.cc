#include "experiments/definition/named.h"

#include <fmt/ranges.h>

#include <filesystem>

#include "experiments/definition/definition.h"
#include "support/check.h"
#include "support/files.h"
#include "support/nearest.h"

namespace suite {

std::string definition_file(const std::string& word,
                            const std::string& folder) {
  const std::string path = user_path(word);
  std::error_code error;
  const bool may_be_name = std::filesystem::path(word).extension().empty() &&
                           word.find('/') == std::string::npos;
  if (!may_be_name || std::filesystem::is_regular_file(path, error)) {
    return path;
  }
  std::vector<std::string> files;
  if (std::filesystem::is_directory(folder, error)) {
    files = definition_files(folder);
  }
  const std::vector<std::string> names = experiment_names(files);
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == word) return files[i];
  }
  throw Error(
      fmt::format("{}: neither a file nor an experiment; known are {}{}", word,
                  fmt::join(names, ", "), did_you_mean(word, names)));
}

}  // namespace suite
