#include "pretrained/run/answers.h"

#include "support/formats/npy.h"

namespace suite {
namespace {

using Extents = std::vector<std::size_t>;

// Of an output [batch, O, channels].
Extents shape_of(const HuggingfaceModel& described, const std::string& name,
               const Tensor<float, 3>& values) {
  const DecoderConfig& decoder = described.config.decoder;
  const std::size_t batch = values.shape(0);
  if (described.architecture == "PerceiverForOpticalFlow") {
    const Extents& pixels = decoder.queries[0].extents;
    return {batch, pixels[0], pixels[1], values.shape(2)};
  }
  // Sound comes out as samples on one line.
  if (is_classes(described, name) || name == "audio") {
    return {batch, values.shape(1) * values.shape(2)};
  }
  return {batch, values.shape(1), values.shape(2)};
}

std::string path_for(const std::string& output, const std::string& name,
                     bool several) {
  if (output.empty() || !several) return output;
  return output.substr(0, output.size() - 4) + "." + name + ".npy";
}

}  // namespace

bool is_classes(const HuggingfaceModel& described, const std::string& name) {
  const DecoderConfig& decoder = described.config.decoder;
  if (name == "label") return true;
  return name == "logits" && decoder.outputs > 0 &&
         decoder.queries[0].extents == Extents{1};
}

std::vector<Answer> answers(const HuggingfaceModel& described,
                            const Outputs<float>& outputs,
                            const std::string& output) {
  std::vector<Answer> all;
  for (const auto& [name, values] : outputs) {
    all.push_back({name, shape_of(described, name, values),
                   path_for(output, name, outputs.size() > 1), &values});
  }
  return all;
}

void write(const std::vector<Answer>& answers) {
  for (const Answer& answer : answers) {
    if (answer.path.empty()) continue;
    write_npy(answer.path, answer.shape,
              {answer.values->data(), answer.values->size()});
  }
}

}  // namespace suite
