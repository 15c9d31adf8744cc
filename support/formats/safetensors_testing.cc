#include "support/formats/safetensors_testing.h"

#include <fmt/format.h>

namespace suite {

std::string bytes_of(const std::vector<float>& values) {
  return {reinterpret_cast<const char*>(values.data()),
          values.size() * sizeof(float)};
}

std::string safetensors_file(std::string_view header, std::string_view data) {
  const std::uint64_t length = header.size();
  std::string file(reinterpret_cast<const char*>(&length), sizeof(length));
  return file.append(header).append(data);
}

std::string file_of_scalars(const std::vector<std::string>& names) {
  std::string header = "{";
  std::vector<float> values;
  for (const std::string& name : names) {
    const std::size_t begin = values.size() * sizeof(float);
    header += fmt::format(
        R"({}"{}":{{"dtype":"F32","shape":[1],"data_offsets":[{},{}]}})",
        values.empty() ? "" : ",", name, begin, begin + sizeof(float));
    values.push_back(static_cast<float>(values.size()));
  }
  return safetensors_file(header + "}", bytes_of(values));
}

}  // namespace suite
