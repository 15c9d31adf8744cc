#include "pretrained/checkpoint/checkpoint.h"

#include <filesystem>
#include <nlohmann/json.hpp>

#include "pretrained/checkpoint/config_json.h"
#include "pretrained/checkpoint/shard_index.h"
#include "support/check.h"
#include "support/formats/shown.h"

namespace suite {
namespace {

constexpr char kWhole[] = "model.safetensors";
constexpr char kIndex[] = "model.safetensors.index.json";

bool exists(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

}  // namespace

Checkpoint::Checkpoint(const std::string& folder) : folder_(folder) {
  if (exists(folder + "/" + kWhole)) {
    add(kWhole);
  } else if (exists(folder + "/" + kIndex)) {
    open_shards(folder + "/" + kIndex);
  } else {
    throw Error(
        fmt::format("{}: has neither {} nor {}", folder, kWhole, kIndex));
  }
}

void Checkpoint::open_shards(const std::string& index) {
  const auto shards =
      parse_shard_index(index, open_bytes(index)->text(kMostIndexBytes));
  for (const auto& [tensor, file] : shards) {
    if (!files_.contains(file)) add(file);
  }
  for (const auto& [tensor, file] : shards) {
    require(files_.at(file).contains(tensor),
            "{}: tensor {} is not in {}, where the index says it is", index,
            shown(tensor), file);
  }
}

void Checkpoint::add(const std::string& file) {
  const auto added =
      files_.emplace(file, Safetensors(folder_ + "/" + file)).first;
  for (const std::string& tensor : added->second.names()) {
    const auto [at, is_new] = file_of_.emplace(tensor, &added->first);
    require(is_new, "{}: tensor {} is both in {} and in {}", folder_,
            shown(tensor), *at->second, file);
  }
}

const Safetensors& Checkpoint::file_of(const std::string& name) const {
  const auto found = file_of_.find(name);
  require(found != file_of_.end(), "{}: has no tensor {}", folder_,
          shown(name));
  return files_.at(*found->second);
}

std::vector<std::string> Checkpoint::names() const {
  std::vector<std::string> names;
  for (const auto& [name, file] : file_of_) names.push_back(name);
  return names;
}

bool Checkpoint::contains(const std::string& name) const {
  return file_of_.contains(name);
}

const std::vector<std::size_t>& Checkpoint::shape(
    const std::string& name) const {
  return file_of(name).shape(name);
}

const std::string& Checkpoint::dtype(const std::string& name) const {
  return file_of(name).dtype(name);
}

bool Checkpoint::is_readable(const std::string& name) const {
  return file_of(name).is_readable(name);
}

nlohmann::json Checkpoint::config() const {
  const std::string path = folder_ + "/config.json";
  return parse_config(path, open_bytes(path)->text(kMostConfigBytes));
}

}  // namespace suite
