#include "pretrained/huggingface/load.h"

#include <algorithm>

#include "pretrained/checkpoint/load.h"
#include "pretrained/checkpoint/permuted_copy.h"
#include "pretrained/huggingface/names.h"

namespace suite {
namespace {

constexpr std::size_t kStemKernel = 7;

// Which axis of what is stored is an axis of theirs.
std::vector<std::size_t> axes_of(const std::string& ours, std::size_t rank) {
  std::vector<std::size_t> axes;
  switch (huggingface_layout(ours)) {
    case Layout::plain:
      break;
    case Layout::transposed:
      axes = kTransposed;
      for (std::size_t i = 2; i < rank; ++i) axes.push_back(i);
      break;
    case Layout::convolution:
      axes = kConvolution;
      break;
  }
  return axes;
}

// Their tensor of a parameter, from ours.
template <class T>
NamedTensor<T> theirs(const std::string& architecture,
                      const Parameter<T>& parameter) {
  const std::string name = huggingface_name(architecture, parameter.name);
  NamedTensor<T> tensor{name, huggingface_shape(parameter, name), {}};
  const std::vector<std::size_t> axes =
      axes_of(parameter.name, tensor.shape.size());
  if (axes.empty()) {
    tensor.values.assign(parameter.values.begin(), parameter.values.end());
    return tensor;
  }
  std::vector<std::size_t> stored, back(axes.size());
  for (std::size_t i = 0; i < axes.size(); ++i) {
    stored.push_back(tensor.shape[axes[i]]);
    back[axes[i]] = i;
  }
  tensor.values.resize(parameter.values.size());
  permuted_copy<T>(stored, back, 0, parameter.values, tensor.values);
  return tensor;
}

}  // namespace

void check_extents(const Checkpoint& checkpoint, const EncoderConfig& encoder) {
  constexpr std::size_t kMostBlocks = 10000;
  const std::size_t tensors = checkpoint.names().size();
  require(encoder.layers <= tensors,
          "{}: {} layers a block by config.json, and {} tensors in all",
          checkpoint.folder(), encoder.layers, tensors);
  require(encoder.blocks <= kMostBlocks,
          "{}: {} blocks by config.json; up to {} are allowed",
          checkpoint.folder(), encoder.blocks, kMostBlocks);
  require(encoder.sharing != Sharing::none ||
              encoder.blocks * encoder.layers <= tensors,
          "{}: {} blocks of {} layers by config.json, and {} tensors in all",
          checkpoint.folder(), encoder.blocks, encoder.layers, tensors);
  double values = 0;
  for (const std::string& name : checkpoint.names()) {
    double of_tensor = 1;
    for (const std::size_t extent : checkpoint.shape(name)) {
      of_tensor *= static_cast<double>(extent);
    }
    values += of_tensor;
  }
  // Latents are a tensor, and every MLP has one of channels by channels.
  const double wanted =
      static_cast<double>(std::max(encoder.latents, encoder.channels)) *
      static_cast<double>(encoder.channels);
  require(wanted <= values,
          "{}: {} latents of {} channels by config.json, and {} values in all",
          checkpoint.folder(), encoder.latents, encoder.channels, values);
}

template <class T>
std::vector<std::size_t> huggingface_shape(const Parameter<T>& parameter,
                                           const std::string& their_name) {
  const std::vector<std::size_t>& shape = parameter.shape;
  switch (huggingface_layout(parameter.name)) {
    case Layout::transposed:
      if (their_name.ends_with("convnet_1x1.weight")) {
        return {shape[1], shape[0], 1, 1};
      }
      return {shape[1], shape[0]};
    case Layout::convolution:
      return {shape[1], shape[0] / (kStemKernel * kStemKernel), kStemKernel,
              kStemKernel};
    case Layout::plain:
      break;
  }
  // What is said once to all rows has one.
  const std::string& name = parameter.name;
  if (name.ends_with(".padding") || name.ends_with(".hidden")) {
    return {1, shape[0]};
  }
  return shape;
}

template <class T>
void load_weights(const Checkpoint& checkpoint, const std::string& architecture,
                  IoModel<T>& model) {
  std::vector<WantedTensor<T>> tensors;
  const auto want = [&](const Parameter<T>& parameter) {
    const std::string name = huggingface_name(architecture, parameter.name);
    const std::vector<std::size_t> shape = huggingface_shape(parameter, name);
    tensors.push_back({name, shape, parameter.values,
                       axes_of(parameter.name, shape.size())});
  };
  model.for_each_parameter(want);
  model.for_each_statistic(want);
  load(checkpoint, tensors, is_unread_by_huggingface);
}

template <class T>
std::vector<NamedTensor<T>> huggingface_tensors(const std::string& architecture,
                                                IoModel<T>& model) {
  std::vector<NamedTensor<T>> tensors;
  model.for_each_parameter([&](const Parameter<T>& parameter) {
    tensors.push_back(theirs(architecture, parameter));
  });
  return tensors;
}

#define SUITE_INSTANTIATE(T)                                             \
  template std::vector<std::size_t> huggingface_shape(                   \
      const Parameter<T>&, const std::string&);                          \
  template void load_weights(const Checkpoint&, const std::string&,      \
                             IoModel<T>&);                               \
  template std::vector<NamedTensor<T>> huggingface_tensors(              \
      const std::string&, IoModel<T>&)
SUITE_INSTANTIATE(float);
SUITE_INSTANTIATE(double);
#undef SUITE_INSTANTIATE

}  // namespace suite
