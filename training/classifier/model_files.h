// A classifier as a folder that other programs read: //pretrained:run does.
#pragma once

#include <string>

#include "training/classifier/classifier.h"

namespace suite {

// Writes, each replaced whole,
//   FOLDER/model.safetensors: the parameters, under the classifier's names;
//   FOLDER/config.json: the contestant with its shape, what its inputs are, and
//   the names of the classes.
// Does nothing for a contestant whose models nobody reads: all but perceiver
// and perceiver_io. Throws Error for files that can't be written. Cost: holds
// the parameters twice more.
void write_model(const std::string& folder, const ClassifierConfig& config,
                 const TaskFacts& task, Classifier<float>& model);

}  // namespace suite
