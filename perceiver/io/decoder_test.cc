#include "perceiver/io/decoder.h"

#include "perceiver/io/testing.h"

namespace suite {
namespace {

// Jaegle et al. 2022, §3.2: each output is decoded on its own.
TEST(Decoder, ChunksGiveTheSameOutputs) {
  const Outputs<double> whole = Drawn(film_model()).run();
  for (const std::size_t chunk : {1u, 3u, 7u, 100u}) {
    IoConfig config = film_model();
    config.decoder.chunk = chunk;
    const Outputs<double> chunked = Drawn(config).run();
    ASSERT_EQ(chunked.size(), 3u);
    for (const auto& [name, output] : whole) {
      EXPECT_TRUE(same_values(output, chunked.at(name))) << name << chunk;
    }
  }
}

TEST(Decoder, ChunksCostTheSameMacs) {
  Drawn whole(film_model());
  whole.run();
  IoConfig config = film_model();
  config.decoder.chunk = 3;
  Drawn chunked(config);
  chunked.run();
  EXPECT_EQ(whole.ledger.counted().total().macs,
            chunked.ledger.counted().total().macs);
  EXPECT_EQ(whole.ledger.counted().total().logits,
            chunked.ledger.counted().total().logits);
}

TEST(Decoder, NamedOutputsOfLearnedQueriesAreThoseRows) {
  Drawn drawn(text_model(huggingface_semantics()));
  const Tensor<double, 3> whole = drawn.run().at("token");
  const std::vector<std::size_t> wanted = {17, 0, 5};
  const Tensor<double, 3> some = drawn.run({}, {{"token", wanted}}).at("token");
  ASSERT_EQ(some.shape(1), wanted.size());
  for (std::size_t i = 0; i < some.size(); ++i) {
    const std::size_t b = i / (3 * 29), r = i / 29 % 3, c = i % 29;
    EXPECT_EQ(some(b, r, c), whole(b, wanted[r], c));
  }
}

// As the published code has it: named points stand at −1 + 2i/n, not 2i/(n − 1).
TEST(Decoder, NamedOutputsOfAGridStandALittleElsewhere) {
  Drawn drawn(film_model());
  const Tensor<double, 3> whole = drawn.run().at("image");
  const Tensor<double, 3> some = drawn.run({}, {{"image", {0, 47}}}).at("image");
  for (std::size_t c = 0; c < 3; ++c) {
    EXPECT_EQ(some(0, 0, c), whole(0, 0, c));  // both at −1
    EXPECT_NE(some(0, 1, c), whole(0, 47, c));
  }
}

TEST(Decoder, RefusesOutputsThatAreNotThere) {
  Drawn drawn(film_model());
  EXPECT_THROW(drawn.run({}, {{"image", {48}}}), Error);
}

TEST(Decoder, MasksQueriesAsDeepMindDoes) {
  Mask mask;
  mask.resize({2, 19});
  mask.fill(1);
  mask(1, 6) = 0;
  Semantics masking = huggingface_semantics();
  masking.masks_queries = true;
  const Tensor<double, 3> theirs =
      Drawn(text_model(huggingface_semantics())).run(mask).at("token");
  const Tensor<double, 3> ours =
      Drawn(text_model(masking)).run(mask).at("token");
  IoConfig chunked = text_model(masking);
  chunked.decoder.chunk = 4;
  EXPECT_TRUE(same_values(ours, Drawn(chunked).run(mask).at("token")));
  for (std::size_t i = 0; i < ours.size(); ++i) {
    const bool masked = i / (19 * 29) == 1 && i / 29 % 19 == 6;
    EXPECT_EQ(ours.data()[i] == theirs.data()[i], !masked) << i;
  }
}

TEST(Decoder, AveragesAndProjects) {
  IoConfig config{.inputs = {{"array", GridInput{.extents = {9}, .channels = 4}}},
                  .encoder = {.latents = 5, .channels = 8, .heads = 2},
                  .decoder = {.kind = DecoderConfig::Kind::average,
                              .outputs = 3}};
  Drawn drawn(config);
  const Tensor<double, 3> label = drawn.run().at("label");
  Ledger ledger;
  const Tensor<double, 3> z =
      drawn.model.encode(input_of(drawn.arrays), drawn.workspace, ledger);
  Linear<double> last(8, 3);
  drawn.model.for_each_parameter([&](const Parameter<double>& p) {
    if (p.name == "decoder.output.weight") {
      std::copy(p.values.begin(), p.values.end(), last.weight.begin());
    }
  });
  for (std::size_t b = 0; b < 2; ++b) {
    for (std::size_t o = 0; o < 3; ++o) {
      double expected = 0;
      for (std::size_t i = 0; i < 5 * 8; ++i) {
        expected += z(b, i / 8, i % 8) / 5 * last.weight(i % 8, o);
      }
      EXPECT_NEAR(label(b, 0, o), expected, 1e-12);
    }
  }
}

}  // namespace
}  // namespace suite
