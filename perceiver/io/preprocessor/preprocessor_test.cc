#include "perceiver/io/preprocessor/preprocessor.h"

#include "perceiver/io/preprocessor/multimodal_preprocessor.h"
#include "perceiver/io/preprocessor/patches.h"
#include "perceiver/io/stem_windows.h"
#include "perceiver/io/testing.h"

namespace suite {
namespace {

using Kind = PositionConfig::Kind;

RawArray<double> counted_array(const Preprocessor<double>& made,
                               std::size_t batch) {
  RawArray<double> array = made.blank(batch);
  for (std::size_t i = 0; i < array.values.size(); ++i) {
    array.values.data()[i] = static_cast<double>(i);
  }
  return array;
}

// Space to depth, by its definition.
TEST(GridPreprocessor, CutsAFilmIntoPatches) {
  const Modality film{
      "image",
      GridInput{.extents = {4, 6, 4}, .channels = 3, .patch = {2, 3, 2}}};
  const Preprocessor<double> rows(film, huggingface_semantics());
  auto workspace = rows.workspace();
  const RawArray<double> array = counted_array(rows, 2);
  Ledger ledger;
  const Tensor<double, 3>& cut = rows.forward(array, workspace, ledger);
  ASSERT_EQ(cut.shape(1), 2u * 2 * 2);
  ASSERT_EQ(cut.shape(2), 2u * 3 * 2 * 3);
  for (std::size_t i = 0; i < cut.size(); ++i) {
    const std::size_t b = i / (8 * 36), row = i / 36 % 8, at = i % 36;
    const std::size_t c = at % 3, x = at / 3 % 2, y = at / 6 % 3, t = at / 18;
    const std::size_t frame = row / 4 * 2 + t;
    const std::size_t line = row / 2 % 2 * 3 + y, column = row % 2 * 2 + x;
    const std::size_t from =
        (((b * 4 + frame) * 3 + c) * 6 + line) * 4 + column;
    EXPECT_EQ(cut.data()[i], static_cast<double>(from));
  }
}

TEST(GridPreprocessor, PutsFourierFeaturesBesideTheValues) {
  const Modality image{"image", GridInput{.extents = {3, 2},
                                          .channels = 1,
                                          .positions = {.kind = Kind::fourier,
                                                        .bands = 2,
                                                        .resolution = {8, 6}}}};
  const Preprocessor<double> rows(image, huggingface_semantics());
  auto workspace = rows.workspace();
  const RawArray<double> array = counted_array(rows, 2);
  Ledger ledger;
  rows.forward(array, workspace, ledger);
  const Tensor<double, 3>& out = rows.forward(array, workspace, ledger);
  ASSERT_EQ(out.shape(2), 1u + 2 * (2 * 2 + 1));
  for (std::size_t r = 0; r < 2 * 6; ++r) {
    const double* row = all_rows(out).row(r);
    const double y = -1 + static_cast<double>(r % 6 / 2);
    const double x = r % 2 == 0 ? -1 : 1;
    EXPECT_EQ(row[0], static_cast<double>(r));
    EXPECT_EQ(row[1], y);
    EXPECT_EQ(row[2], x);
    const double pi = std::acos(-1.0);
    // Frequencies are 1 and half of the resolution.
    EXPECT_NEAR(row[3], std::sin(pi * 1 * y), 1e-12);
    EXPECT_NEAR(row[4], std::sin(pi * 4 * y), 1e-12);
    EXPECT_NEAR(row[6], std::sin(pi * 3 * x), 1e-12);
    EXPECT_NEAR(row[8], std::cos(pi * 4 * y), 1e-12);
  }
}

TEST(GridPreprocessor, TakesAnotherBatchAfterwards) {
  const Modality line{
      "array", GridInput{.extents = {5},
                         .channels = 2,
                         .positions = {.kind = Kind::fourier, .bands = 2}}};
  const Preprocessor<double> used(line, huggingface_semantics());
  auto used_workspace = used.workspace();
  const Preprocessor<double> fresh(line, huggingface_semantics());
  auto fresh_workspace = fresh.workspace();
  Ledger ledger;
  used.forward(counted_array(used, 2), used_workspace, ledger);
  const RawArray<double> three = counted_array(used, 3);
  EXPECT_TRUE(same_values(used.forward(three, used_workspace, ledger),
                          fresh.forward(three, fresh_workspace, ledger)));
}

TEST(GridPreprocessor, RefusesAnotherShape) {
  const Modality image{"image", GridInput{.extents = {3, 2}, .channels = 3}};
  const Preprocessor<double> rows(image, huggingface_semantics());
  auto workspace = rows.workspace();
  const auto wrong = Tensor<double, 3>::from_shape({1, 3, 7});
  Ledger ledger;
  try {
    rows.forward(wrong, workspace, ledger);
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "image: an array of [1, 3, 7]; the model takes [1, 3, 6]");
  }
}

TEST(PointPreprocessor, TellEachPointByWhereItStands) {
  const Modality cloud{"points",
                       PointInput{.points = 4,
                                  .dims = 3,
                                  .positions = {.kind = Kind::fourier,
                                                .bands = 2,
                                                .resolution = {4, 4, 4}}}};
  EXPECT_EQ(channels_of(cloud), 3u * 5);
  const Preprocessor<double> rows(cloud, huggingface_semantics());
  auto workspace = rows.workspace();
  RawArray<double> array = rows.blank(1);
  array.values.fill(0.25);
  Ledger ledger;
  const Tensor<double, 3>& out = rows.forward(array, workspace, ledger);
  EXPECT_EQ(out(0, 3, 2), 0.25);
  EXPECT_NEAR(out(0, 3, 4), std::sin(std::acos(-1.0) * 2 * 0.25), 1e-12);
}

TEST(MultimodalPreprocessor, PadsToACommonWidthAndHides) {
  const IoConfig config = film_model();
  Drawn drawn(config);
  MultimodalPreprocessor<double> joined(config);
  auto workspace = joined.workspace();
  joined.for_each_parameter([](const Parameter<double>& p) {
    std::fill(p.values.begin(), p.values.end(),
              p.name == "label.hidden"    ? 7
              : p.name == "audio.padding" ? 3
                                          : 5);
  });
  Ledger ledger;
  std::map<std::string, RawInput<double>> raw = input_of(drawn.arrays).raw;
  const Tensor<double, 3>& rows = joined.forward(raw, workspace, ledger);
  // Sound: 4 values and 7 features; film: 18 values and 15 features; + 4.
  ASSERT_EQ(rows.shape(1), 8u + 2 * 2 * 2 + 1);
  ASSERT_EQ(rows.shape(2), 18u + 15 + 4);
  EXPECT_EQ(rows(1, 0, 11), 3);
  EXPECT_EQ(rows(1, 7, 36), 3);
  EXPECT_EQ(rows(1, 8, 33), 5);
  for (std::size_t c = 0; c < 37; ++c) EXPECT_EQ(rows(1, 16, c), 7);
  const Drawn other(config, 3);
  raw.erase("image");
  EXPECT_THROW(joined.forward(raw, workspace, ledger), Error);
  raw.emplace("image", other.arrays.at("image"));
  try {
    joined.forward(raw, workspace, ledger);
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "image: 3 examples, what is beside it has 2");
  }
}

// 224 × 224 pixels, in DeepMind's way and in Hugging Face's.
TEST(StemWindows, DifferAsTheTwoImplementationsDo) {
  const StemWindows deepmind = stem_windows({224, 224}, true);
  EXPECT_EQ(deepmind.pooled, (Grid{56, 56}));
  EXPECT_EQ(deepmind.convolution.rows, (Padding{2, 3}));
  const StemWindows huggingface = stem_windows({224, 224}, false);
  EXPECT_EQ(huggingface.pooled, (Grid{55, 55}));
  EXPECT_EQ(huggingface.convolution.rows, (Padding{3, 3}));
}

}  // namespace
}  // namespace suite
