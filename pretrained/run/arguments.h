// What the program is asked for.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace suite {

struct PretrainedArguments {
  std::string checkpoint, model, architecture, semantics = "huggingface";
  std::vector<std::string> input;  // PATH or MODALITY=PATH
  std::string mask;
  std::vector<std::string> points;  // MODALITY=PATH
  std::string text, text_file, audio, video;
  std::vector<std::string> image;
  std::string output, flow, attention_map;
  std::size_t chunk = 4096, repetitions = 1;
  std::uint64_t seed = 1;
  std::string threads = "0";
  bool parts = false;

  bool observes() const {
    return !text.empty() || !text_file.empty() || !audio.empty() ||
           !video.empty() || !image.empty();
  }
};

// The options that name a checkpoint, and bring what it is given.
void declare_inputs(CLI::App& app, PretrainedArguments& arguments);
// All of them.
void declare(CLI::App& app, PretrainedArguments& arguments);

// Throws Error, saying what is allowed, for options that don't go together in a
// model of this architecture, which takes inputs of these names.
void check_options(const PretrainedArguments& arguments,
                   const std::string& architecture,
                   const std::vector<std::string>& inputs);

// Throws Error if a file of that name could not be written.
void check_writable(const std::string& word);

// Throws Error if there is no model, or if a file that is to be written could
// not be.
void check_outputs(const PretrainedArguments& arguments);

// "NAME=PATH" → {NAME, user_path(PATH)}; without a name, `otherwise` is it.
// Throws Error, naming `option`, if there is no name at all.
std::pair<std::string, std::string> named_path(const char* option,
                                               const std::string& word,
                                               const std::string& otherwise);

}  // namespace suite
