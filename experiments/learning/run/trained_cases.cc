// Classifiers of every kind with drawn parameters, as a learning run writes
// them, each beside an input and what it answers: for //pretrained/trained.
//   trained_cases FOLDER → FOLDER/CASE/{model.safetensors, config.json,
//   in.npy, mask.npy where there is one, out.npy}
#include <fmt/format.h>

#include <cstdio>
#include <functional>

#include "contract/registry.h"
#include "primitives/random.h"
#include "support/formats/npy.h"
#include "training/classifier/model_files.h"
#include "training/classifier/testing.h"

namespace suite {
namespace {

constexpr std::size_t kExamples = 3;

struct Case {
  std::string name;
  TaskFacts task;
  std::string contestant;
  std::string positions;
};

TaskFacts facts(const std::function<void(TaskFacts&)>& set) {
  TaskFacts facts{.name = "largest",
                  .inputs = 12,
                  .channels = 4,
                  .grid = {12},
                  .classes = {"ant", "bee", "cat"}};
  set(facts);
  return facts;
}

std::vector<Case> cases() {
  const TaskFacts line = facts([](TaskFacts&) {});
  const TaskFacts picture = facts([](TaskFacts& f) {
    f.channels = 4;
    f.grid = {3, 4};
    f.pixels = {.patch = 2, .white = 16, .middle = 5, .unit = 6};
  });
  TaskFacts square = picture, permuted = picture;
  square.inputs = 16;
  square.grid = {4, 4};
  permuted.places = {3, 1, 2, 0, 4, 5, 6, 7, 11, 9, 10, 8};
  const TaskFacts text = facts([](TaskFacts& f) {
    f.channels = 1;
    f.vocabulary = 256;
  });
  const TaskFacts points = facts([](TaskFacts& f) {
    f.channels = f.coordinates = 3;
    f.grid.clear();
  });
  TaskFacts several = line, hidden = line, table = line;
  several.outputs = 3;
  hidden.masked = true;
  table.grid = {3, 4};
  const std::string alike =
      "perceiver_io(cross_heads=1, decoder_heads=1, decoder_residual=true)";
  return {
      {"line", line, "perceiver", "none"},
      {"line_fourier", line, "perceiver(sharing=all, cross_heads=1)",
       "fourier(bands=3)"},
      {"line_learned", line, "perceiver(sharing=none, widening=2)",
       "learned(channels=4)"},
      {"first_read", line,
       "perceiver(cross_attends=first, gelu=tanh, query_residual=false)",
       "none"},
      {"table_learned", table, "perceiver(qk_channels=4, v_channels=8)",
       "learned(channels=4)"},
      {"table_fourier", table, "perceiver", "fourier(bands=2)"},
      {"hidden", hidden, "perceiver(cross_heads=1)", "fourier(bands=2)"},
      {"picture", square, "perceiver(cross_heads=1)", "fourier(bands=2)"},
      {"picture_learned", picture, "perceiver_io", "learned(channels=4)"},
      {"permuted", permuted, "perceiver(cross_heads=1)", "fourier(bands=3)"},
      {"permuted_learned", permuted, "perceiver", "learned(channels=6)"},
      {"text", text, "perceiver", "learned(channels=4)"},
      {"text_bare", text, "perceiver", "none"},
      {"text_fourier", text,
       "perceiver_io(cross_heads=1, decoder_v_channels=4)", "fourier(bands=3)"},
      {"text_alike", text, alike, "learned(channels=4)"},
      {"points", points, "perceiver(cross_heads=1)", "fourier(bands=2)"},
      {"points_bare", points, "perceiver(cross_heads=1)", "none"},
      {"several", several, "perceiver_io(cross_heads=1)", "fourier(bands=2)"},
      {"two_maps", line, "perceiver_io(outputs=5, query_channels=6)", "none"},
      {"own_positions", line,
       "perceiver(positions=fourier, bands=2, cross_heads=1)", "none"},
      {"own_map", line, "perceiver_io(input_map=4)", "none"},
  };
}

// Parameters off their initial values: zeros and ones hide what they are for.
void draw(Classifier<float>& model) {
  model.for_each_parameter([](const Parameter<float>& parameter) {
    fill_normal(parameter.values, derive_seed(1, parameter.name), 0.3);
  });
}

void write(const std::string& folder, const Case& c) {
  const ClassifierConfig config{
      .entry = find_contestant(c.contestant),
      .shape = {.M = 4, .B = 2, .D = 8, .H = 2, .L = 1, .batch = kExamples},
      .positions = parse_input_positions(c.positions),
      .embedding = 4};
  const auto model = make_classifier<float>(config, c.task);
  draw(*model);
  write_model(folder, config, c.task, *model);

  Examples examples;
  WhereIsTheLargest(c.task).fill(Split::train,
                                 std::vector<std::uint64_t>{5, 6, 7}, examples);
  const auto workspace = model->workspace();
  Ledger ledger;
  const Tensor<float, 3>& logits =
      model->forward(examples.input, examples.mask, *workspace, ledger);
  const auto save = [&](const char* name, const Tensor<float, 3>& values) {
    write_npy(folder + "/" + name,
              {values.shape(0), values.shape(1), values.shape(2)},
              {values.data(), values.size()});
  };
  save("in.npy", examples.input);
  save("out.npy", logits);
  if (examples.mask.size() == 0) return;
  Tensor<float, 3> mask({kExamples, c.task.inputs, 1});
  std::copy(examples.mask.begin(), examples.mask.end(), mask.begin());
  save("mask.npy", mask);
}

int main(int argc, char** argv) {
  if (argc != 2) {
    fmt::print(stderr, "trained_cases FOLDER\n");
    return 2;
  }
  for (const Case& c : cases()) write(std::string(argv[1]) + "/" + c.name, c);
  return 0;
}

}  // namespace
}  // namespace suite

int main(int argc, char** argv) { return suite::main(argc, argv); }
