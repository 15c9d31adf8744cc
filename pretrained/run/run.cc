// A published Perceiver, with its weights, on what you give it:
//   ./bazelw run //pretrained:run -- --checkpoint DIR --input in.npy
//       --out out.npy
//   ./bazelw run //pretrained:run -- --checkpoint DIR --text "is [MASK]ere"
// or a record of one, without its weights, to see what it costs:
//   ./bazelw run //pretrained:run -- --model perceiver_io_language_bytes
#include <CLI/CLI.hpp>
#include <new>

#include "perceiver/published/published.h"
#include "pretrained/run/attention_picture.h"
#include "pretrained/run/findings.h"
#include "pretrained/run/loaded.h"
#include "pretrained/run/record_inputs.h"
#include "pretrained/run/summary.h"
#include "pretrained/visualisation/flow_picture.h"
#include "primitives/threads.h"
#include "support/command_line.h"
#include "support/files.h"

namespace suite {
namespace {

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

// Runs the model, writes, prints and draws.
void answer(const PretrainedArguments& a, const HuggingfaceModel& described,
            IoModel<float>& model, const ModelInputs& inputs) {
  const IoInput<float> input = Loaded::input_of(inputs);
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
  Loaded loaded = load_checkpoint(a);
  answer(a, loaded.described, loaded.model, loaded.inputs);
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
