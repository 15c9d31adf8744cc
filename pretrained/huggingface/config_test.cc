#include "pretrained/huggingface/config.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "perceiver/io/count.h"
#include "pretrained/huggingface/names.h"

namespace suite {
namespace {

using Json = nlohmann::json;

std::string refusal(const Json& config, const std::string& architecture,
                    const InputShapes& shapes,
                    std::string_view semantics = "huggingface") {
  try {
    huggingface_model(config, architecture, shapes, semantics);
    return "";
  } catch (const Error& error) {
    return error.what();
  }
}

const InputShapes kArray = {{"array", {1, 9, 768}}};

TEST(HuggingfaceConfig, RefusalsSayWhatIsAllowed) {
  const std::string model = "PerceiverModel";
  EXPECT_EQ(refusal({{"num_latents", -3}}, model, kArray),
            "config.json: num_latents = -3: whole numbers from 1 to 2147483648 "
            "are allowed");
  EXPECT_EQ(refusal({{"d_latents", "wide"}}, model, kArray),
            "config.json: d_latents = \"wide\": whole numbers from 1 to "
            "2147483648 are allowed");
  EXPECT_EQ(refusal({{"use_query_residual", 1}}, model, kArray),
            "config.json: use_query_residual = 1: true and false are allowed");
  EXPECT_EQ(
      refusal({{"hidden_act", "relu"}}, model, kArray),
      "config.json: hidden_act = \"relu\": allowed are gelu, gelu_new and "
      "gelu_pytorch_tanh");
  EXPECT_EQ(
      refusal({{"cross_attention_shape_for_attention", "v"}}, model, kArray),
      "config.json: cross_attention_shape_for_attention = \"v\": allowed are "
      "kv and q");
  EXPECT_EQ(refusal({{"d_model", 7}}, model, kArray),
            "array: 768 channels; config.json has d_model = 7");
  EXPECT_EQ(refusal({}, model, {{"array", {9, 768}}}),
            "array: an array of shape [9, 768]; the model takes 3 dimensions");
  EXPECT_EQ(refusal({}, model, {}), "no array: the model takes it");
  EXPECT_EQ(refusal({}, model, kArray, "jax"),
            "semantics = jax: allowed are deepmind and huggingface");
  EXPECT_EQ(refusal({{"id2label", {{"1", "cat"}}}},
                    "PerceiverForImageClassificationFourier",
                    {{"image", {1, 3, 8, 8}}}),
            "config.json: id2label has 1 entries and no text for 0");
  EXPECT_EQ(refusal({}, "PerceiverForOpticalFlow", {{"image", {1, 2, 27, 8, 8}}}),
            "image: an array of shape [1, 2, 27, 8, 8]; the model takes [batch, "
            "2, 27, 368, 496]");
}

// Else a stranger's text would write lines of its own, or obeyed controls.
TEST(HuggingfaceConfig, TextsAreShownSafely) {
  EXPECT_EQ(refusal({{"hidden_act", "a\n\x1b[31m"}}, "PerceiverModel", kArray),
            "config.json: hidden_act = \"a\\x0a\\x1b[31m\": allowed are gelu, "
            "gelu_new and gelu_pytorch_tanh");
  EXPECT_EQ(refusal({{"cross_attention_shape_for_attention", "\n"}},
                    "PerceiverModel", kArray),
            "config.json: cross_attention_shape_for_attention = \"\\x0a\": "
            "allowed are kv and q");
  const std::string name = refusal(Json::object(), "a\n", kArray);
  EXPECT_EQ(name.substr(0, 34), "config.json: architecture \"a\\x0a\":")
      << name;
}

// Products that 64 bits would wrap, to 0 where all are powers of two.
TEST(HuggingfaceConfig, SizesThatNoModelHasAreRefused) {
  const std::size_t most = std::size_t{1} << 31;
  EXPECT_EQ(refusal({{"train_size", {most, most}}}, "PerceiverForOpticalFlow",
                    {{"image", {1, 2, 27, most, most}}}),
            "image: [2, 2147483648, 2147483648]: a product of up to 268435456 "
            "is allowed");
  EXPECT_EQ(
      refusal({{"image_size", most}}, "PerceiverForImageClassificationLearned",
              {{"image", {1, 3, most, most}}}),
      "image: [2147483648, 2147483648]: a product of up to 268435456 is "
      "allowed");
  EXPECT_EQ(refusal({{"max_position_embeddings", most}}, "PerceiverForMaskedLM",
                    {{"text", {1, 9}}}),
            "text: [2147483648]: a product of up to 268435456 is allowed");

  const std::string film = "PerceiverForMultimodalAutoencoding";
  const InputShapes both = {{"audio", {1, 64, 1}}, {"image", {1, 2, 3, 8, 8}}};
  EXPECT_EQ(refusal({{"output_shape", {1, most, most, 4}}}, film, both),
            "image asked for: [2147483648, 2147483648, 4]: a product of up to "
            "268435456 is allowed");
  EXPECT_EQ(refusal({{"num_frames", most}, {"audio_samples_per_frame", most}},
                    film, both),
            "audio asked for: [288230376151711744]: a product of up to "
            "268435456 is allowed");
  EXPECT_EQ(
      refusal({{"num_frames", 1}, {"audio_samples_per_frame", 8}}, film, both),
      "config.json: samples_per_patch = 16: 1 to 8, of all frames, are "
      "allowed");
  EXPECT_EQ(refusal(Json::object(), film, both), "");
}

TEST(HuggingfaceConfig, NamesItsArchitecture) {
  EXPECT_EQ(huggingface_architecture({{"architectures", {"PerceiverModel"}}}),
            "PerceiverModel");
  for (const Json& bad :
       {Json::object(), Json{{"architectures", "PerceiverModel"}},
        Json{{"architectures", {"BertModel"}}}}) {
    EXPECT_THROW(huggingface_architecture(bad), Error) << bad;
  }
}

// The library's defaults are the published language model (Perceiver IO Table 1).
TEST(HuggingfaceConfig, DefaultsAreTheLanguageModel) {
  const Json defaults = {{"qk_channels", 256}, {"v_channels", 1280}};
  const HuggingfaceModel model =
      huggingface_model(defaults, "PerceiverForMaskedLM",
                        {{"text", {1, 2048}}}, "huggingface");
  EXPECT_EQ(count(model.config).parameters, 201'108'230u);
}

TEST(HuggingfaceConfig, SemanticsAreOneSwitch) {
  const InputShapes image = {{"image", {1, 3, 56, 56}}};
  const auto model = [&](const char* semantics) {
    return huggingface_model(Json::object(),
                             "PerceiverForImageClassificationLearned", image,
                             semantics)
        .config;
  };
  EXPECT_TRUE(model("huggingface").decoder.query_residual);
  EXPECT_FALSE(model("deepmind").decoder.query_residual);
  EXPECT_EQ(model("huggingface").semantics.gelu, Gelu::erf);
  EXPECT_EQ(model("deepmind").semantics.gelu, Gelu::tanh);
}

TEST(HuggingfaceNames, AreWhereTheLibraryKeepsThem) {
  EXPECT_EQ(huggingface_name("PerceiverModel", "encoder.block0.layer12.mlp_in.bias"),
            "encoder.self_attends.12.mlp.dense1.bias");
  EXPECT_EQ(huggingface_name("PerceiverForOpticalFlow", "image.map.weight"),
            "perceiver.input_preprocessor.conv_after_patches.weight");
  EXPECT_THROW(huggingface_name("PerceiverModel", "encoder.cross0.wing.weight"),
               Error);
  EXPECT_THROW(huggingface_name("PerceiverModel", "wing"), Error);
}

}  // namespace
}  // namespace suite
