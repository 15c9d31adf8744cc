#include "pretrained/run/arguments.h"

#include <fmt/ranges.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>

#include "support/check.h"
#include "support/files.h"

namespace suite {
namespace {

constexpr std::size_t kMost = std::size_t{1} << 31;

bool has(const std::vector<std::string>& names, const char* name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_flow(const std::string& architecture) {
  return architecture == "PerceiverForOpticalFlow";
}

// The options that bring a modality what it takes.
std::string allowed(const std::string& architecture,
                    const std::vector<std::string>& inputs) {
  if (has(inputs, "array") || has(inputs, "points")) return "--input FILE.npy";
  if (has(inputs, "text")) return "--input FILE.npy, --text or --text-file";
  if (has(inputs, "audio")) {
    return "--input audio=FILE.npy or --audio, and --input image=FILE.npy or "
           "--video";
  }
  return is_flow(architecture) ? "--input FILE.npy, or --image twice"
                               : "--input FILE.npy or --image";
}

void check_inputs(const PretrainedArguments& a, const std::string& architecture,
                  const std::vector<std::string>& inputs) {
  const std::string ways =
      fmt::format("{} takes {}", architecture, allowed(architecture, inputs));
  const bool film = has(inputs, "audio");
  require(a.text.empty() || a.text_file.empty(),
          "--text and --text-file: one of them is allowed");
  require((a.text.empty() && a.text_file.empty()) || has(inputs, "text"),
          "no text for this model: {}", ways);
  require(a.image.empty() || (has(inputs, "image") && !film),
          "no --image for this model: {}", ways);
  require((a.audio.empty() && a.video.empty()) || film,
          "no --audio and --video for this model: {}", ways);
  require(a.image.empty() || a.image.size() == (is_flow(architecture) ? 2 : 1),
          "--image {} times: {}", a.image.size(), ways);
  std::vector<std::string> brought;
  for (const std::string& word : a.input) {
    brought.push_back(
        named_path("--input", word, film ? "" : inputs[0]).first);
  }
  if (!a.text.empty() || !a.text_file.empty()) brought.push_back("text");
  if (!a.image.empty() || !a.video.empty()) brought.push_back("image");
  if (!a.audio.empty()) brought.push_back("audio");
  std::sort(brought.begin(), brought.end());
  const std::string given = fmt::format("{}", fmt::join(brought, ", "));
  require(brought == inputs, "inputs given: {}: {}",
          given.empty() ? "none" : given, ways);
}

}  // namespace

void declare_inputs(CLI::App& app, PretrainedArguments& a) {
  app.add_option("--checkpoint", a.checkpoint,
                 "Folder with config.json and model.safetensors");
  app.add_option("--architecture", a.architecture,
                 "PerceiverForMaskedLM, …, instead of config.json's");
  app.add_option("--semantics", a.semantics,
                 "Whose, where two differ: huggingface or deepmind");
  app.add_option("--input", a.input,
                 "FILE.npy, or MODALITY=FILE.npy of a model that takes several")
      ->allow_extra_args(false);
  app.add_option("--mask", a.mask,
                 "FILE.npy [batch, N]: 1 for real inputs, 0 for padding");
  app.add_option("--points", a.points,
                 "MODALITY=FILE.npy, int64: the outputs that are wanted")
      ->allow_extra_args(false);
  app.add_option("--text", a.text, "Text, in which [MASK] hides a byte");
  app.add_option("--text-file", a.text_file, "The same, from a file");
  app.add_option("--image", a.image, "PNG or JPEG; twice for optical flow")
      ->allow_extra_args(false);
  app.add_option("--audio", a.audio, "WAV, FLAC or OGG");
  app.add_option("--video", a.video, "Folder of frames, PNG or JPEG");
  app.add_option("--chunk", a.chunk, "Queries that are decoded at once")
      ->check(CLI::Range(std::size_t{1}, kMost))
      ->capture_default_str();
  app.add_option("--threads", a.threads, "0: all cores");
}

void declare(CLI::App& app, PretrainedArguments& a) {
  declare_inputs(app, a);
  app.add_option("--model", a.model,
                 "Instead, a published record, with weights from --seed; "
                 "inputs that --input does not bring are drawn too");
  app.add_option("--seed", a.seed, "Of --model")->capture_default_str();
  app.add_option("--out,--output", a.output,
                 "FILE.npy for the answer; of several FILE.MODALITY.npy");
  app.add_option("--flow", a.flow, "FILE.png for the motion, as colours");
  app.add_option("--attention-map", a.attention_map,
                 "FILE.png: what the latents attend to (first example)");
  app.add_option("--repetitions", a.repetitions,
                 "Forwards that are timed; past 1, one more comes before")
      ->check(CLI::Range(std::size_t{1}, std::size_t{10000}))
      ->capture_default_str();
  app.add_flag("--parts", a.parts, "Where time and multiply-adds go");
}

void check_options(const PretrainedArguments& a, const std::string& architecture,
                   const std::vector<std::string>& inputs) {
  check_inputs(a, architecture, inputs);
  require(a.mask.empty() ||
              (!a.observes() && (inputs[0] == "array" || inputs[0] == "text")),
          "--mask goes with --input of a model that takes an array or text");
  require(a.points.empty() || inputs.size() > 1,
          "--points goes with PerceiverForMultimodalAutoencoding");
  require(a.flow.empty() || is_flow(architecture),
          "--flow goes with PerceiverForOpticalFlow");
}

void check_writable(const std::string& word) {
  const std::filesystem::path path = user_path(word);
  std::string folder = path.parent_path().string();
  if (folder.empty()) folder = ".";
  std::error_code ignored;
  require(std::filesystem::is_directory(folder, ignored),
          "cannot write {}: there is no folder {}", word, folder);
  require(access(folder.c_str(), W_OK) == 0,
          "cannot write {}: folder {} is read-only", word, folder);
  require(!std::filesystem::is_directory(path, ignored),
          "cannot write {}: it is a folder", word);
}

void check_outputs(const PretrainedArguments& a) {
  require(a.checkpoint.empty() != a.model.empty(),
          "one of --checkpoint DIR and --model NAME is needed");
  for (const std::string& word : {a.output, a.flow, a.attention_map}) {
    if (!word.empty()) check_writable(word);
  }
  require(a.output.empty() || a.output.ends_with(".npy"),
          "--out {}: a name that ends with .npy is allowed", a.output);
}

std::pair<std::string, std::string> named_path(const char* option,
                                               const std::string& word,
                                               const std::string& otherwise) {
  const std::size_t sign = word.find('=');
  // A path may hold the sign too.
  const bool named = sign != std::string::npos &&
                     word.find_first_of("/.") > sign && sign > 0;
  require(named || !otherwise.empty(),
          "{} {}: MODALITY=FILE.npy is allowed, of audio and image", option,
          word);
  if (!named) return {otherwise, user_path(word)};
  return {word.substr(0, sign), user_path(word.substr(sign + 1))};
}

}  // namespace suite
