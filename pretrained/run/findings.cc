#include "pretrained/run/findings.h"

#include <algorithm>

#include "pretrained/run/reconstruction.h"
#include "pretrained/inputs/text.h"
#include "pretrained/visualisation/flow_picture.h"
#include "pretrained/visualisation/predicted_bytes.h"
#include "pretrained/visualisation/top_classes.h"

namespace suite {
namespace {

constexpr std::size_t kExamples = 4;
constexpr std::size_t kClasses = 5;

std::string of_example(std::size_t b, std::size_t batch) {
  return batch > 1 ? fmt::format("example {}:\n", b) : "";
}

std::string classes_text(const HuggingfaceModel& described,
                         const Tensor<float, 3>& logits) {
  const std::size_t batch = logits.shape(0), labels = logits.shape(2);
  std::string text;
  for (std::size_t b = 0; b < std::min(batch, kExamples); ++b) {
    const std::span<const float> row(logits.data() + b * labels, labels);
    text += of_example(b, batch) +
            top_classes_text(top_classes(row, kClasses), described.labels);
  }
  return text;
}

std::string masks_text(const ModelInputs& inputs,
                       const Tensor<float, 3>& logits) {
  if (logits.shape(2) != token::count) return "";  // of another vocabulary
  const Tokens& ids = inputs.arrays.at("text").tokens;
  const std::size_t batch = ids.shape(0);
  std::string text;
  for (std::size_t b = 0; b < std::min(batch, kExamples); ++b) {
    std::size_t length = ids.shape(1);
    while (length > 0 && ids(b, length - 1) == token::pad) --length;
    text += of_example(b, batch) +
            predicted_bytes_text(
                std::span(ids.data() + b * ids.shape(1), length),
                example(logits, b));
  }
  return text;
}

std::string motion_text(const Tensor<float, 3>& flow) {
  std::string text;
  for (std::size_t b = 0; b < std::min(flow.shape(0), kExamples); ++b) {
    const Motion motion = motion_of(example(flow, b));
    text += of_example(b, flow.shape(0)) +
            fmt::format("motion of {:.2f} pixels on average, {:.2f} at most\n",
                        kPixelsPerFlow * motion.mean,
                        kPixelsPerFlow * motion.most);
  }
  return text;
}

}  // namespace

std::string findings_text(const HuggingfaceModel& described,
                          const ModelInputs& inputs,
                          const std::vector<Answer>& answers) {
  std::string text;
  for (const Answer& answer : answers) {
    if (is_classes(described, answer.name)) {
      text += classes_text(described, *answer.values);
    }
  }
  if (described.config.decoder.vocabulary) {
    text += masks_text(inputs, *answers[0].values);
  } else if (described.architecture == "PerceiverForOpticalFlow") {
    text += motion_text(*answers[0].values);
  } else if (inputs.arrays.size() > 1) {
    text += reconstruction_text(described.config, inputs, answers);
  }
  return text.empty() ? "" : "\n" + text;
}

}  // namespace suite
