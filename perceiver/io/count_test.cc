#include "perceiver/io/count.h"

#include "perceiver/io/testing.h"

namespace suite {
namespace {

// What is counted on shapes is what a forward really does.
TEST(Count, IsThatOfARealForward) {
  for (const IoConfig& config :
       {text_model(deepmind_semantics()), film_model()}) {
    IoModel<float> model(config);
    initialise(model, 1);
    RawArrays<float> arrays = model.blank(2);
    for (auto& [name, array] : arrays) {
      array.tokens.fill(3);
      array.values.fill(0.5f);
    }
    auto workspace = model.workspace();
    Ledger ledger;
    model.forward(input_of(arrays), workspace, ledger);
    const Cost counted = count(config, 2);
    std::uint64_t parameters = 0;
    model.for_each_parameter([&](const Parameter<float>& parameter) {
      parameters += parameter.values.size();
    });
    EXPECT_EQ(counted.parameters, parameters);
    EXPECT_GT(counted.total().macs, 0u);
    for (int part = 0; part < kParts; ++part) {
      EXPECT_EQ(counted.parts[part], ledger.counted().parts[part])
          << kPartNames[part];
    }
  }
}

// The text model by hand: see testing.h for its widths.
TEST(Count, IsWhatArithmeticSays) {
  const Cost cost = count(text_model(huggingface_semantics()));
  constexpr std::uint64_t kN = 19, kC = 16, kM = 7, kD = 24, kO = 19, kE = 16;
  const auto layer = [](std::uint64_t q, std::uint64_t k, std::uint64_t width,
                        std::uint64_t read, std::uint64_t qk, std::uint64_t v) {
    return q * width * qk + k * read * (qk + v) + q * k * (qk + v) +
           q * v * width + 2 * q * width * width;
  };
  EXPECT_EQ(cost.total().macs,
            layer(kM, kN, kD, kC, kC, kC) + 2 * layer(kM, kM, kD, kD, kD, kD) +
                layer(kO, kM, kE, kD, 8, 16) + kO * kE * 29);
  EXPECT_EQ(cost.total().logits, kM * kN + 2 * 3 * kM * kM + 2 * kO * kM);
}

TEST(Count, NeedsNoMemoryOfAModelsSize) {
  IoConfig config = text_model(huggingface_semantics());
  config.encoder.channels = 2048 * 3;
  config.encoder.layers = 40;
  const std::int64_t before = resident_bytes();
  const Cost cost = count(config);
  EXPECT_GT(cost.parameters, 7'000'000'000u);
  EXPECT_LT(resident_bytes() - before, 64 << 20);
}

}  // namespace
}  // namespace suite
