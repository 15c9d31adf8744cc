#include "pretrained/huggingface/load.h"

#include "pretrained/checkpoint/load.h"
#include "pretrained/huggingface/names.h"

namespace suite {
namespace {

constexpr std::size_t kStemKernel = 7;

WantedTensor<float> wanted(const std::string& architecture,
                           const Parameter<float>& parameter) {
  const std::string name = huggingface_name(architecture, parameter.name);
  WantedTensor<float> tensor{name, huggingface_shape(parameter, name),
                             parameter.values,
                             {}};
  switch (huggingface_layout(parameter.name)) {
    case Layout::plain:
      break;
    case Layout::transposed:
      tensor.axes = kTransposed;
      for (std::size_t i = 2; i < tensor.shape.size(); ++i) {
        tensor.axes.push_back(i);
      }
      break;
    case Layout::convolution:
      tensor.axes = kConvolution;
      break;
  }
  return tensor;
}

}  // namespace

std::vector<std::size_t> huggingface_shape(const Parameter<float>& parameter,
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

void load_weights(const Checkpoint& checkpoint, const std::string& architecture,
                  IoModel<float>& model) {
  std::vector<WantedTensor<float>> tensors;
  const auto want = [&](const Parameter<float>& parameter) {
    tensors.push_back(wanted(architecture, parameter));
  };
  model.for_each_parameter(want);
  model.for_each_statistic(want);
  load(checkpoint, tensors, is_unread_by_huggingface);
}

}  // namespace suite
