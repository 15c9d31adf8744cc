// All that one forward is given.
#pragma once

#include "pretrained/run/arguments.h"
#include "support/formats/npy.h"
#include "pretrained/huggingface/config.h"
#include "pretrained/inputs/pictures/picture.h"
#include "perceiver/io/preprocessor/raw_input.h"

namespace suite {

struct ModelInputs {
  RawArrays<float> arrays;
  Mask mask;
  std::map<std::string, std::vector<std::size_t>> points;
  InputShapes shapes;  // as numpy has them
  Picture picture;     // the first that the model sees; or empty
};

// The arrays that --input names, by modality; nothing is read twice.
std::map<std::string, NpyArray> read_inputs(
    const PretrainedArguments& arguments, const std::vector<std::string>& inputs);

// Shapes of what a model of Hugging Face's is given where no file says so, as
// config.json has them.
InputShapes asked_shapes(const nlohmann::json& config,
                         const std::string& architecture);

// Of each of the inputs its file's shape, or the one that is asked for. Throws
// Error unless all have the same batch.
InputShapes shapes_for(const std::map<std::string, NpyArray>& files,
                       const std::vector<std::string>& inputs,
                       const InputShapes& asked);

// Takes the files' values, and reads text, pictures, sound and films as the
// model wants them. Throws Error for what doesn't fit.
ModelInputs model_inputs(std::map<std::string, NpyArray>&& files,
                         const PretrainedArguments& arguments,
                         const HuggingfaceModel& described,
                         const InputShapes& shapes);

}  // namespace suite
