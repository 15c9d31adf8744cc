#include "training/classifier/model_files.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "contract/registry.h"
#include "support/files.h"
#include "support/formats/safetensors.h"

namespace suite {
namespace {

TaskFacts picture() {
  return {.name = "dots",
          .inputs = 6,
          .channels = 1,
          .grid = {2, 3},
          .pixels = GreyPixels{.white = 16, .middle = 5, .unit = 6},
          .classes = {"none", "one"}};
}

std::string folder_for(const std::string& contestant) {
  const std::string folder = testing::TempDir() + "/models/" + contestant;
  std::filesystem::remove_all(folder);
  const ClassifierConfig config{
      .entry = find_contestant(contestant),
      .shape = {.M = 4, .B = 2, .D = 8, .H = 2, .L = 1},
      .positions = parse_input_positions("fourier(bands=2)")};
  const auto model = make_classifier<float>(config, picture());
  initialise(*model, 1);
  write_model(folder, config, picture(), *model);
  return folder;
}

constexpr char kConfig[] = R"json({
  "architectures": ["PerceiverClassifier"],
  "contestant": "perceiver(sharing=all, cross_heads=1)",
  "shape": {"N": 6, "M": 4, "B": 2, "C": 11, "D": 8, "H": 2, "L": 1},
  "task": "dots",
  "inputs": {"channels": 1, "vocabulary": 0, "embedding": 0, "grid": [2, 3],
             "places": [], "coordinates": 0, "coordinate_steps": 32},
  "positions": {"kind": "fourier", "bands": 2},
  "pixels": {"patch": 1, "white": 16.0, "middle": 5.0, "unit": 6.0},
  "outputs": 1,
  "id2label": {"0": "none", "1": "one"}
})json";

TEST(ModelFiles, SayWhatTheModelIs) {
  const std::string folder =
      folder_for("perceiver(sharing=all, cross_heads=1)");
  EXPECT_EQ(nlohmann::json::parse(read_file(folder + "/config.json")),
            nlohmann::json::parse(kConfig));
}

TEST(ModelFiles, HoldAllParametersUnderTheirNames) {
  const std::string folder = folder_for("perceiver_io(cross_heads=1)");
  const Safetensors file(folder + "/model.safetensors");
  EXPECT_TRUE(file.contains("head.weight"));
  EXPECT_TRUE(file.contains("encoder.cross0.query.weight"));
  EXPECT_EQ(file.shape("head.weight"), (std::vector<std::size_t>{8, 2}));
  std::vector<float> norm(8);
  file.read<float>("encoder.block0.layer0.norm.scale", norm);
  EXPECT_EQ(norm, std::vector<float>(8, 1.0f));
}

TEST(ModelFiles, AreOnlyWrittenForWhatIsReadAgain) {
  EXPECT_FALSE(std::filesystem::exists(folder_for("transformer")));
}

}  // namespace
}  // namespace suite
