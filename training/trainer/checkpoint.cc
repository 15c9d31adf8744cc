#include "training/trainer/checkpoint.h"

#include <set>
#include <vector>

#include "support/check.h"
#include "support/formats/safetensors.h"
#include "support/formats/safetensors_writer.h"

namespace suite {
namespace {

constexpr char kNote[] = "note/";

// A double as values of T that hold all of it.
template <class T>
std::vector<T> parts_of(double value) {
  std::vector<T> parts;
  for (double left = value; parts.size() < 3;) {
    parts.push_back(static_cast<T>(left));
    left -= static_cast<double>(parts.back());
  }
  return parts;
}

}  // namespace

template <class T>
void save_checkpoint(const std::string& path, Trainer<T>& trainer,
                     const Notes& notes) {
  std::vector<NamedTensor<T>> tensors;
  trainer.for_each_state([&](const Parameter<T>& state) {
    tensors.push_back({state.name,
                       state.shape,
                       {state.values.begin(), state.values.end()}});
  });
  for (const auto& [name, value] : notes) {
    tensors.push_back({kNote + name, {3}, parts_of<T>(value)});
  }
  write_safetensors<T>(path, tensors);
}

template <class T>
Notes load_checkpoint(const std::string& path, Trainer<T>& trainer) {
  const Safetensors file(path);
  std::set<std::string> left;
  for (const std::string& name : file.names()) left.insert(name);
  trainer.for_each_state([&](const Parameter<T>& state) {
    require(left.erase(state.name) == 1,
            "{}: {} is missing: a checkpoint of another model", path,
            state.name);
    require(file.shape(state.name) == state.shape,
            "{}: {} has another shape: a checkpoint of another model", path,
            state.name);
    file.read<T>(state.name, state.values);
  });
  Notes notes;
  for (const std::string& name : left) {
    require(name.starts_with(kNote),
            "{}: {} is not the model's: a checkpoint of another one", path,
            name);
    T parts[3];
    file.read<T>(name, parts);
    double& value = notes[name.substr(sizeof(kNote) - 1)];
    for (const T part : parts) value += static_cast<double>(part);
  }
  return notes;
}

template void save_checkpoint<float>(const std::string&, Trainer<float>&,
                                     const Notes&);
template void save_checkpoint<double>(const std::string&, Trainer<double>&,
                                      const Notes&);
template Notes load_checkpoint<float>(const std::string&, Trainer<float>&);
template Notes load_checkpoint<double>(const std::string&, Trainer<double>&);

}  // namespace suite
