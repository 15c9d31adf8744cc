#include "support/formats/safetensors_writer.h"

#include <functional>
#include <nlohmann/json.hpp>
#include <numeric>

#include "support/check.h"
#include "support/files.h"

namespace suite {

template <class T>
void write_safetensors(const std::string& path,
                       std::span<const NamedTensor<T>> tensors) {
  nlohmann::json header{{"__metadata__", {{"format", "pt"}}}};
  std::string data;
  for (const NamedTensor<T>& tensor : tensors) {
    const std::size_t count =
        std::accumulate(tensor.shape.begin(), tensor.shape.end(),
                        std::size_t{1}, std::multiplies<>());
    require(count == tensor.values.size(), "{}: {}: {} values, its shape has {}",
            path, tensor.name, tensor.values.size(), count);
    require(!header.contains(tensor.name), "{}: {} twice", path, tensor.name);
    const std::size_t begin = data.size();
    data.append(reinterpret_cast<const char*>(tensor.values.data()),
                count * sizeof(T));
    header[tensor.name] = {{"dtype", sizeof(T) == 4 ? "F32" : "F64"},
                           {"shape", tensor.shape},
                           {"data_offsets", {begin, data.size()}}};
  }
  std::string text = header.dump();
  text.append((8 - text.size() % 8) % 8, ' ');  // values are aligned
  std::string length(8, '\0');
  for (std::size_t i = 0; i < length.size(); ++i) {
    length[i] = static_cast<char>(text.size() >> (8 * i) & 0xff);
  }
  replace_file(path, {length, text, data});
}

template void write_safetensors<float>(const std::string&,
                                       std::span<const NamedTensor<float>>);
template void write_safetensors<double>(const std::string&,
                                        std::span<const NamedTensor<double>>);

}  // namespace suite
