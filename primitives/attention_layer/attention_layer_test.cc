#include "primitives/attention_layer/attention_layer.h"

#include <gtest/gtest.h>

#include <map>

#include "primitives/testing.h"

namespace suite {
namespace {

using naive::Matrix;

// Self-attention and cross-attention with and without their options.
const AttentionLayerWidths kSelf{.channels = 12,
                                 .qk_channels = 6,
                                 .v_channels = 10,
                                 .heads = 2,
                                 .widening = 3};
const AttentionLayerWidths kCross{.channels = 12,
                                  .input_channels = 7,
                                  .qk_channels = 9,
                                  .v_channels = 6,
                                  .heads = 3,
                                  .widening = 1,
                                  .gelu = Gelu::tanh};

std::vector<AttentionLayerWidths> variants() {
  std::vector<AttentionLayerWidths> all;
  for (AttentionLayerWidths widths : {kSelf, kCross}) {
    for (const bool residual : {true, false}) {
      for (const Gelu gelu : {Gelu::erf, Gelu::tanh}) {
        widths.query_residual = residual;
        widths.gelu = gelu;
        all.push_back(widths);
      }
    }
  }
  return all;
}

template <class T>
class AttentionLayerTest : public testing::Test {
 protected:
  // A layer whose every parameter is random, and how it should answer.
  struct Made {
    AttentionLayerWidths widths;
    AttentionLayer<T> layer;
    std::map<std::string, Matrix> parameters;

    explicit Made(const AttentionLayerWidths& w) : widths(w), layer(w) {
      layer.for_each_parameter("a", [&](const Parameter<T>& parameter) {
        const bool weight = parameter.shape.size() == 2;
        const std::size_t in = weight ? parameter.shape[0] : 1;
        fill_normal(parameter.values, derive_seed(1, parameter.name),
                    1 / std::sqrt(double(in)));
        parameters.emplace(parameter.name.substr(2),
                           MatrixView<T>{parameter.values.data(), in,
                                         parameter.values.size() / in,
                                         parameter.values.size() / in});
      });
    }

    Matrix mapped(const Matrix& x, const std::string& name) const {
      return naive::affine(x, parameters.at(name + ".weight"),
                           parameters.at(name + ".bias"));
    }
    Matrix normed(const Matrix& x, const std::string& name) const {
      return naive::layer_norm(x, parameters.at(name + ".scale"),
                               parameters.at(name + ".offset"));
    }
    // Pre-norm: attention and an MLP, each behind its norm.
    Matrix expected(const Matrix& stream, const Matrix* inputs,
                    const std::uint8_t* valid) const {
      const Matrix x = normed(stream, "norm");
      const Matrix y = inputs == nullptr ? x : normed(*inputs, "input_norm");
      const Matrix mixed =
          naive::attention(mapped(x, "query"), mapped(y, "key"),
                           mapped(y, "value"), widths.heads, valid);
      Matrix after = mapped(mixed, "output");
      if (widths.query_residual) after = naive::add(after, stream);
      const Matrix hidden = mapped(normed(after, "mlp_norm"), "mlp_in");
      return naive::add(
          after, mapped(widths.gelu == Gelu::erf ? naive::gelu_erf(hidden)
                                                 : naive::gelu_tanh(hidden),
                        "mlp_out"));
    }

    void run(Tensor<T, 3>& stream, const Tensor<T, 3>& inputs, const Mask& mask,
             AttentionWorkspace<T>& workspace, Ledger& ledger) const {
      if (widths.input_channels > 0) {
        layer.forward(stream, inputs, mask, workspace, ledger);
      } else {
        layer.forward(stream, mask, workspace, ledger);
      }
    }

    void expect_right(std::size_t rows, std::size_t input_rows,
                      AttentionForm form, bool masked) const {
      const bool cross = widths.input_channels > 0;
      auto stream = normal_tensor<T, 3>({2, rows, widths.channels}, 2);
      const auto before = stream;
      const auto inputs =
          normal_tensor<T, 3>({2, input_rows, widths.input_channels}, 3);
      Mask mask;
      if (masked) mask.resize({2, cross ? input_rows : rows});
      for (std::size_t i = 0; i < mask.size(); ++i) {
        mask.data()[i] = i % 3 != 1;
      }
      AttentionWorkspace<T> workspace(form);
      Ledger ledger;
      run(stream, inputs, mask, workspace, ledger);
      for (std::size_t b = 0; b < 2; ++b) {
        const Matrix read(example(inputs, b));
        EXPECT_LE(max_difference(this->expected(Matrix(example(before, b)),
                                                cross ? &read : nullptr,
                                                masked ? &mask(b, 0) : nullptr),
                                 example(stream, b)),
                  4000 * kEpsilon<T>)  // two norms pass on small deviations
            << rows << ' ' << input_rows << ' ' << int(form) << ' ' << masked
            << ", cross " << cross << ", residual " << widths.query_residual;
      }
    }
  };
};
TYPED_TEST_SUITE(AttentionLayerTest, Scalars, ScalarNames);

TYPED_TEST(AttentionLayerTest, AttendsThenPassesTheMlp) {
  for (const AttentionLayerWidths& widths : variants()) {
    const typename TestFixture::Made made(widths);
    for (const AttentionForm form :
         {AttentionForm::materialised, AttentionForm::streaming}) {
      for (const bool masked : {false, true}) {
        made.expect_right(17, 49, form, masked);
      }
    }
  }
}

TYPED_TEST(AttentionLayerTest, TakesAnyNumberOfRows) {
  for (const AttentionLayerWidths& widths : {kSelf, kCross}) {
    const typename TestFixture::Made made(widths);
    for (const std::size_t rows : kOddExtents) {
      made.expect_right(rows, 613 / rows + 1, AttentionForm::streaming, true);
    }
  }
}

// The one place where a residual can be left out is around the attention.
TYPED_TEST(AttentionLayerTest, WithoutTheResidualTheStreamIsOnlyAsked) {
  using T = TypeParam;
  AttentionLayerWidths widths = kCross;
  for (const bool residual : {true, false}) {
    widths.query_residual = residual;
    AttentionLayer<T> layer(widths);  // all zeros: it mixes nothing
    layer.for_each_parameter("a", [](const Parameter<T>& parameter) {
      std::fill(parameter.values.begin(), parameter.values.end(), T(0));
    });
    auto stream = normal_tensor<T, 3>({1, 5, widths.channels}, 1);
    const auto before = stream;
    const auto inputs = normal_tensor<T, 3>({1, 7, widths.input_channels}, 2);
    AttentionWorkspace<T> workspace(AttentionForm::streaming);
    Ledger ledger;
    layer.forward(stream, inputs, {}, workspace, ledger);
    for (std::size_t i = 0; i < stream.size(); ++i) {
      EXPECT_EQ(stream.data()[i], residual ? before.data()[i] : 0);
    }
  }
}

TYPED_TEST(AttentionLayerTest, BooksEveryPart) {
  using T = TypeParam;
  constexpr std::size_t kExamples = 2, kM = 17, kN = 49;
  for (const AttentionLayerWidths& w : variants()) {
    const bool cross = w.input_channels > 0;
    const std::size_t D = w.channels, C = cross ? w.input_channels : D;
    const std::size_t rows = kExamples * kM,
                      read = kExamples * (cross ? kN : kM);
    const std::size_t pairs = rows * read / kExamples, hidden = w.widening * D;
    auto stream = normal_tensor<T, 3>({kExamples, kM, D}, 1);
    const auto inputs =
        normal_tensor<T, 3>({kExamples, kN, w.input_channels}, 2);
    AttentionWorkspace<T> workspace(AttentionForm::streaming);
    Ledger ledger;
    const typename TestFixture::Made made(w);
    made.run(stream, inputs, {}, workspace, ledger);
    const Cost& cost = ledger.counted();
    EXPECT_EQ(cost[Part::layer_norm].bytes_moved,
              sizeof(T) * (4 * rows * D + (cross ? read * C : 0)));
    EXPECT_EQ(cost[Part::query_projection].macs, rows * D * w.qk_channels);
    EXPECT_EQ(cost[Part::key_value_projection].macs,
              read * C * (w.qk_channels + w.v_channels));
    EXPECT_EQ(cost[Part::scores].macs, pairs * w.qk_channels);
    EXPECT_EQ(cost[Part::softmax].logits, pairs * w.heads);
    EXPECT_EQ(cost[Part::weighted_sum].macs, pairs * w.v_channels);
    EXPECT_EQ(cost[Part::output_projection],
              (Work{.macs = rows * w.v_channels * D,
                    .bytes_moved =
                        sizeof(T) * (rows * w.v_channels + w.v_channels * D +
                                     (w.query_residual ? 2 : 1) * rows * D)}));
    EXPECT_EQ(cost[Part::mlp].macs, 2 * rows * D * hidden);
    EXPECT_EQ(cost[Part::input_projection], Work());
    EXPECT_EQ(cost[Part::position_encoding], Work());
    const std::int64_t before = MemoryMeter::allocations();
    made.run(stream, inputs, {}, workspace, ledger);
    EXPECT_EQ(MemoryMeter::allocations(), before);
  }
}

TYPED_TEST(AttentionLayerTest, EveryParameterHasANameOfItsOwn) {
  using T = TypeParam;
  for (const AttentionLayerWidths& w : variants()) {
    const bool cross = w.input_channels > 0;
    const std::size_t D = w.channels, C = cross ? w.input_channels : D;
    std::map<std::string, std::size_t> sizes;
    AttentionLayer<T>(w).for_each_parameter(
        "block0", [&](const Parameter<T>& parameter) {
          EXPECT_TRUE(
              sizes.emplace(parameter.name, parameter.values.size()).second)
              << parameter.name;
          EXPECT_EQ(parameter.name.rfind("block0.", 0), 0u);
        });
    // Six maps with their biases, two norms, and a third of what is read.
    EXPECT_EQ(sizes.size(), cross ? 18u : 16u);
    std::size_t count = 0;
    for (const auto& [name, size] : sizes) count += size;
    EXPECT_EQ(count, (D + 1) * w.qk_channels +
                         (C + 1) * (w.qk_channels + w.v_channels) +
                         (w.v_channels + 1) * D + (D + 1) * w.widening * D +
                         (w.widening * D + 1) * D + 2 * 2 * D +
                         (cross ? 2 * C : 0));
    EXPECT_EQ(sizes.count("block0.input_norm.scale"), cross ? 1u : 0u);
    EXPECT_EQ(sizes.at("block0.mlp_in.weight"), D * w.widening * D);
  }
}

TYPED_TEST(AttentionLayerTest, RefusesHeadsThatDoNotDivideItsWidths) {
  const auto refuses = [](std::size_t qk, std::size_t v, std::size_t heads) {
    AttentionLayerWidths widths = kSelf;
    widths.qk_channels = qk;
    widths.v_channels = v;
    widths.heads = heads;
    EXPECT_THROW(AttentionLayer<TypeParam>{widths}, Error);
  };
  refuses(6, 10, 0);
  refuses(7, 10, 2);
  refuses(6, 9, 2);
}

}  // namespace
}  // namespace suite
