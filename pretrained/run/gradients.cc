// Gradients of a published Perceiver's parameters, in evaluation mode: of
// Σ w·output for each, under the names of its checkpoint.
//   ./bazelw run //pretrained:gradients -- --checkpoint DIR --input in.npy
//       --cotangent w.npy --out gradients.safetensors
#include <CLI/CLI.hpp>
#include <fmt/ranges.h>

#include <new>

#include "pretrained/huggingface/load.h"
#include "pretrained/run/answers.h"
#include "pretrained/run/loaded.h"
#include "pretrained/trained/trained_model.h"
#include "primitives/threads.h"
#include "support/command_line.h"
#include "support/files.h"
#include "support/formats/npy.h"

namespace suite {
namespace {

struct GradientArguments : PretrainedArguments {
  std::vector<std::string> cotangent;  // PATH or OUTPUT=PATH
  bool recompute = false;
};

using Files = std::map<std::string, NpyArray>;

// By output; of a model with one, that is named "".
Files read_cotangents(const GradientArguments& a) {
  Files files;
  for (const std::string& word : a.cotangent) {
    const std::size_t sign = word.find('=');
    // A path may hold the sign too.
    const bool named = sign != std::string::npos && sign > 0 &&
                       word.find_first_of("/.") > sign;
    const std::string name = named ? word.substr(0, sign) : "";
    require(!files.contains(name), "--cotangent {}: a second one of {}", word,
            named ? name : "the output");
    files[name] = read_npy(user_path(named ? word.substr(sign + 1) : word));
  }
  return files;
}

// d loss/d output of all outputs. Throws Error unless each has a file of its
// shape.
Outputs<float> cotangents(const Files& files, const HuggingfaceModel& described,
                          const Outputs<float>& outputs) {
  std::vector<std::string> names;
  for (const auto& [name, values] : outputs) names.push_back(name);
  const std::string allowed =
      outputs.size() == 1
          ? "--cotangent FILE.npy is allowed"
          : fmt::format("--cotangent OUTPUT=FILE.npy for each of {} is allowed",
                        fmt::join(names, ", "));
  for (const auto& [name, file] : files) {
    require(outputs.contains(name) || (name.empty() && outputs.size() == 1),
            "--cotangent {}={}: no such output: {}", name, file.name, allowed);
  }
  Outputs<float> all;
  for (const Answer& answer : answers(described, outputs, "")) {
    auto file = files.find(answer.name);
    if (file == files.end() && outputs.size() == 1) file = files.find("");
    require(file != files.end(), "no cotangent of {}: {}", answer.name,
            allowed);
    require(file->second.shape == answer.shape,
            "{}: a cotangent of shape [{}]; the output has [{}]",
            file->second.name, fmt::join(file->second.shape, ", "),
            fmt::join(answer.shape, ", "));
    const auto values = file->second.as<float>();
    Tensor<float, 3>& to = all[answer.name];
    to.resize(answer.values->shape());
    std::copy(values.begin(), values.end(), to.begin());
  }
  return all;
}

void check(const GradientArguments& a) {
  require(!a.checkpoint.empty(), "--checkpoint DIR is needed");
  require(!a.cotangent.empty(), "--cotangent FILE.npy is needed");
  require(a.output.ends_with(".safetensors"),
          "--out {}: a name that ends with .safetensors is needed",
          a.output.empty() ? "is missing" : a.output);
  check_writable(a.output);
}

int run(const GradientArguments& a) {
  check(a);
  set_threads(thread_counts(a.threads).back());
  const Files files = read_cotangents(a);
  const Loaded loaded = load_checkpoint(a);
  require(loaded.described.architecture != kTrainedArchitecture,
          "{}: a classifier of //experiments:learn; //pretrained:export makes "
          "one of Hugging Face's of it, which has gradients here",
          a.checkpoint);
  const IoInput<float> input = loaded.input();
  auto workspace = loaded.model.workspace();
  auto trace = loaded.model.trace(a.recompute ? Keep::recompute
                                              : Keep::activations);
  Ledger ledger;
  const Outputs<float>& outputs =
      loaded.model.forward(input, workspace, ledger, &trace);
  const Outputs<float> weights =
      cotangents(files, loaded.described, outputs);
  OutputGradients<float> d_outputs;
  for (const auto& [name, values] : weights) d_outputs[name] = &values;

  IoModel<float> gradient = loaded.model;
  gradient.for_each_parameter([](const Parameter<float>& parameter) {
    std::fill(parameter.values.begin(), parameter.values.end(), 0.0f);
  });
  loaded.model.backward(input, d_outputs, workspace, trace, gradient, {},
                        ledger);
  const std::vector<NamedTensor<float>> tensors =
      huggingface_tensors(loaded.described.architecture, gradient);
  write_safetensors<float>(user_path(a.output), tensors);
  fmt::print("{}: the gradients of {} tensors\n", a.output, tensors.size());
  return 0;
}

int main(int argc, char** argv) {
  GradientArguments a;
  CLI::App app(
      "Gradients of a Perceiver of Hugging Face's, in evaluation mode: "
      "d(sum of cotangent times output)/d(parameter).");
  declare_inputs(app, a);
  app.add_option("--cotangent", a.cotangent,
                 "FILE.npy of the output's shape, as //pretrained:run writes "
                 "it; OUTPUT=FILE.npy of a model that has several")
      ->allow_extra_args(false);
  app.add_option(
      "--out,--output", a.output,
      "FILE.safetensors for the gradients, by the checkpoint's names");
  app.add_flag("--recompute", a.recompute,
               "Keeps a layer's input alone: less memory, one more forward");
  return run_command(app, argc, argv, [&] {
    try {
      return run(a);
    } catch (const std::bad_alloc&) {
      throw Error("this model and its gradients take more memory than there is");
    }
  });
}

}  // namespace
}  // namespace suite

int main(int argc, char** argv) { return suite::main(argc, argv); }
