// A published Perceiver, with its weights, on what you give it:
//   ./bazelw run //pretrained:run -- --checkpoint DIR --input in.npy
//       --output out.npy
//   ./bazelw run //pretrained:run -- --checkpoint DIR --text "is [MASK]ere"
// or a record of one, without its weights, to see what it costs:
//   ./bazelw run //pretrained:run -- --model perceiver_io_language_bytes
#include <CLI/CLI.hpp>
#include <new>
#include <nlohmann/json.hpp>

#include "perceiver/published/published.h"
#include "pretrained/checkpoint/checkpoint.h"
#include "pretrained/huggingface/load.h"
#include "pretrained/run/attention_picture.h"
#include "pretrained/run/findings.h"
#include "pretrained/run/record_inputs.h"
#include "pretrained/run/summary.h"
#include "pretrained/visualisation/flow_picture.h"
#include "primitives/threads.h"
#include "support/command_line.h"
#include "support/files.h"

namespace suite {
namespace {

void configure(const PretrainedArguments& a, IoConfig& config) {
  config.decoder.chunk = a.chunk;
  if (!a.attention_map.empty()) {
    config.encoder.attention = AttentionForm::materialised;
  }
}

void draw(const PretrainedArguments& a, const HuggingfaceModel& described,
          const IoModel<float>& model,
          const IoModel<float>::Workspace& workspace, const ModelInputs& inputs,
          const std::vector<Answer>& answers) {
  if (!a.attention_map.empty()) {
    write_png(user_path(a.attention_map),
              attention_picture(described.config,
                                model.cross_weights(workspace), inputs));
  }
  if (!a.flow.empty()) {
    const Answer& flow = answers[0];
    const MatrixView<const float> first = example(*flow.values, 0);
    write_png(user_path(a.flow), flow_picture(first, flow.shape[1],
                                              flow.shape[2],
                                              motion_of(first).most));
  }
}

// A config.json may claim more layers than any memory holds; none has fewer
// than one tensor. Blocks share theirs.
void check_depth(const Checkpoint& checkpoint, const EncoderConfig& encoder) {
  constexpr std::size_t kMostBlocks = 10000;
  const std::size_t tensors = checkpoint.names().size();
  require(encoder.layers <= tensors,
          "{}: {} layers a block by config.json, and {} tensors in all",
          checkpoint.folder(), encoder.layers, tensors);
  require(encoder.blocks <= kMostBlocks,
          "{}: {} blocks by config.json; up to {} are allowed",
          checkpoint.folder(), encoder.blocks, kMostBlocks);
}

// Runs the model, writes, prints and draws.
void answer(const PretrainedArguments& a, const HuggingfaceModel& described,
            IoModel<float>& model, const ModelInputs& inputs) {
  IoInput<float> input = input_of(inputs.arrays);
  input.mask = inputs.mask;
  input.points = inputs.points;
  auto workspace = model.workspace();
  const std::vector<Forwards> forwards = run_forwards(
      model, input, a.repetitions, thread_counts(a.threads), workspace);
  const std::string output = a.output.empty() ? "" : user_path(a.output);
  const std::vector<Answer> all =
      answers(described, *forwards.back().outputs, output);
  write(all);
  fmt::print("{}",
             summary_text(described, model, inputs, all, forwards, a.parts));
  // Weights that were drawn mean nothing.
  if (a.model.empty()) fmt::print("{}", findings_text(described, inputs, all));
  draw(a, described, model, workspace, inputs, all);
}

void run_checkpoint(const PretrainedArguments& a) {
  const Checkpoint checkpoint(user_path(a.checkpoint));
  const nlohmann::json json = checkpoint.config();
  const std::string architecture =
      a.architecture.empty() ? huggingface_architecture(json) : a.architecture;
  const std::vector<std::string> names = huggingface_inputs(architecture);
  check_options(a, architecture, names);

  std::map<std::string, NpyArray> files = read_inputs(a, names);
  const InputShapes shapes = shapes_for(files, json, architecture);
  HuggingfaceModel described =
      huggingface_model(json, architecture, shapes, a.semantics);
  check_depth(checkpoint, described.config.encoder);
  configure(a, described.config);
  const ModelInputs inputs =
      model_inputs(std::move(files), a, described, shapes);

  IoModel<float> model(described.config);
  load_weights(checkpoint, architecture, model);
  answer(a, described, model, inputs);
}

void run_record(const PretrainedArguments& a) {
  check_record_options(a);
  HuggingfaceModel described{
      .architecture = a.model,
      .config = published_model(a.model, semantics(a.semantics)).config};
  configure(a, described.config);
  std::map<std::string, NpyArray> files =
      read_inputs(a, record_modalities(described.config));
  IoModel<float> model(described.config);
  initialise(model, a.seed);
  answer(a, described, model,
         record_inputs(std::move(files), model, a.seed));
}

int run(const PretrainedArguments& a) {
  check_outputs(a);
  set_threads(thread_counts(a.threads).back());
  if (a.model.empty()) {
    run_checkpoint(a);
  } else {
    run_record(a);
  }
  return 0;
}

int main(int argc, char** argv) {
  PretrainedArguments arguments;
  CLI::App app("Runs a Perceiver of Hugging Face's, with its weights.");
  declare(app, arguments);
  return run_command(app, argc, argv, [&] {
    try {
      return run(arguments);
    } catch (const std::bad_alloc&) {
      throw Error("this model and its inputs take more memory than there is");
    }
  });
}

}  // namespace
}  // namespace suite

int main(int argc, char** argv) { return suite::main(argc, argv); }
