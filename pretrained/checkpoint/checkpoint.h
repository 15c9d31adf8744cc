// A folder as Hugging Face saves models: config.json, and the tensors in
// model.safetensors or in the shards of model.safetensors.index.json.
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <vector>

#include "support/formats/safetensors.h"

namespace suite {

class Checkpoint {
 public:
  // Reads and checks every header, and that index and shards agree: each name
  // is in the shard that the index says, and in no other. A tensor of a shard
  // that the index leaves out is there all the same. Errors are of one line.
  // Keeps the files open.
  explicit Checkpoint(const std::string& folder);

  std::vector<std::string> names() const;  // sorted
  bool contains(const std::string& name) const;
  // As in class Safetensors.
  const std::vector<std::size_t>& shape(const std::string& name) const;
  const std::string& dtype(const std::string& name) const;
  bool is_readable(const std::string& name) const;
  template <class T>
  void read_range(const std::string& name, std::size_t first,
                  std::span<T> to) const {
    file_of(name).read_range(name, first, to);
  }
  template <class T>
  void read(const std::string& name, std::span<T> to) const {
    file_of(name).read(name, to);
  }

  // config.json, an object; read anew at each call.
  nlohmann::json config() const;

  const std::string& folder() const { return folder_; }

 private:
  void open_shards(const std::string& index);
  void add(const std::string& file);
  const Safetensors& file_of(const std::string& name) const;

  std::string folder_;
  std::map<std::string, Safetensors> files_;           // by name of file
  std::map<std::string, const std::string*> file_of_;  // by name of tensor
};

}  // namespace suite
