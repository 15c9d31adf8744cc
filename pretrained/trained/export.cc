// A classifier of //experiments:learn as a folder that transformers load:
//   ./bazelw run //pretrained:export -- --checkpoint RUN/models/0-seed1
//       --out DIR
#include <CLI/CLI.hpp>
#include <new>
#include <nlohmann/json.hpp>

#include "pretrained/checkpoint/checkpoint.h"
#include "pretrained/huggingface/load.h"
#include "pretrained/trained/huggingface_export.h"
#include "pretrained/trained/weights.h"
#include "support/command_line.h"
#include "support/files.h"

namespace suite {
namespace {

int run(const std::string& checkpoint, const std::string& output) {
  const Checkpoint from(user_path(checkpoint));
  const nlohmann::json config = from.config();
  require(is_trained_here(config),
          "{}: config.json: architectures: [\"{}\"] is allowed", checkpoint,
          kTrainedArchitecture);
  const TrainedModel trained = trained_model(config);
  check_extents(from, trained.described.config.encoder);
  IoModel<float> model(trained.described.config);
  load_trained_weights(from, trained, model);
  const HuggingfaceExport made = huggingface_export(trained, model);
  const std::string folder = user_path(output);
  make_folder(folder);
  write_safetensors<float>(folder + "/model.safetensors", made.tensors);
  replace_file(folder + "/config.json", made.config.dump(2) + "\n");
  fmt::print("{}: {}: {}\n", output, made.architecture, made.note);
  return 0;
}

int main(int argc, char** argv) {
  std::string checkpoint, output;
  CLI::App app(
      "Writes a classifier of //experiments:learn as transformers load it.");
  app.add_option("--checkpoint", checkpoint,
                 "Folder with its config.json and model.safetensors")
      ->required();
  app.add_option("--out,--output", output, "Folder for theirs")->required();
  return run_command(app, argc, argv, [&] {
    try {
      return run(checkpoint, output);
    } catch (const std::bad_alloc&) {
      throw Error("this model takes more memory than there is");
    }
  });
}

}  // namespace
}  // namespace suite

int main(int argc, char** argv) { return suite::main(argc, argv); }
