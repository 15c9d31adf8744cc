// Text, pictures, sound and films, as each model was trained to take them.
#pragma once

#include "pretrained/run/model_inputs.h"

namespace suite {

// Reads the modality from the file or text that the arguments name, into
// `inputs`: text by bytes, to the model's length; a picture cropped and resized
// to the model's; two frames of the model's size; as many samples as it takes;
// as many frames. Throws Error, naming the file.
void observe(const PretrainedArguments& arguments,
             const HuggingfaceModel& described, const Modality& modality,
             ModelInputs& inputs);

}  // namespace suite
