#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "contract/oracle.h"
#include "perceiver/sentence_attention.h"
#include "perceiver/sentence_text.h"

namespace suite {
namespace {

const std::string kSentence = "The cat sat on the mat";

// Rounding's share: errors of sums of C terms grow like √C, and 8 leaves room.
template <class T>
double allowed(double largest) {
  return 8 * std::numeric_limits<T>::epsilon() *
         std::sqrt(static_cast<double>(kSentenceChannels)) * largest;
}

template <class T>
oracle::Array doubles(const Tensor<T, 3>& tensor) {
  return {{tensor.shape(0), tensor.shape(1), tensor.shape(2)},
          {tensor.begin(), tensor.end()}};
}

template <class T>
class WorkedExample : public testing::Test {
 protected:
  SentenceAttention<T> once_ = sentence_attention<T>(kSentence);
  SentenceAttention<T> twice_ =
      sentence_attention<T>(kSentence + " " + kSentence);
};
using Precisions = testing::Types<float, double>;
TYPED_TEST_SUITE(WorkedExample, Precisions);

TYPED_TEST(WorkedExample, HasTheShapesOfThePaper) {
  const auto& a = this->once_;
  EXPECT_EQ(a.words, (std::vector<std::string>{"The", "cat", "sat", "on", "the",
                                               "mat"}));
  EXPECT_EQ(a.queries.shape(), (std::array<std::size_t, 3>{1, 4, 32}));
  EXPECT_EQ(a.keys.shape(), (std::array<std::size_t, 3>{1, 6, 32}));
  EXPECT_EQ(a.values.shape(), (std::array<std::size_t, 3>{1, 6, 32}));
  EXPECT_EQ(a.weights.shape(), (std::array<std::size_t, 4>{1, 1, 4, 6}));
  EXPECT_EQ(a.output.shape(), (std::array<std::size_t, 3>{1, 4, 32}));
  EXPECT_EQ(this->twice_.weights.shape(),
            (std::array<std::size_t, 4>{1, 1, 4, 12}));
  EXPECT_EQ(this->twice_.output.shape(), a.output.shape());
}

TYPED_TEST(WorkedExample, HasRowsThatSumToOne) {
  const auto& weights = this->once_.weights;
  for (std::size_t m = 0; m < weights.shape(2); ++m) {
    double sum = 0;
    for (std::size_t n = 0; n < weights.shape(3); ++n) {
      EXPECT_GT(weights(0, 0, m, n), 0);
      sum += weights(0, 0, m, n);
    }
    EXPECT_NEAR(sum, 1, allowed<TypeParam>(1)) << "latent " << m;
  }
}

TYPED_TEST(WorkedExample, AgreesWithTheOracle) {
  auto& a = this->once_;
  oracle::Parameters parameters;
  a.projections.for_each_parameter("cross", [&](const auto& parameter) {
    parameters[parameter.name] = {
        parameter.shape, {parameter.values.begin(), parameter.values.end()}};
  });
  const oracle::Array expected = oracle::attend(
      doubles(a.latents), doubles(a.input), parameters, "cross", 1, {});
  ASSERT_EQ(expected.values.size(), a.output.size());
  double largest = 0;
  for (const double v : expected.values) {
    largest = std::max(largest, std::abs(v));
  }
  EXPECT_GT(largest, 0.1);
  for (std::size_t i = 0; i < expected.values.size(); ++i) {
    EXPECT_NEAR(a.output.data()[i], expected.values[i],
                allowed<TypeParam>(largest));
  }
}

TYPED_TEST(WorkedExample, SeesOneWordInTheAndThe) {
  const auto& weights = this->once_.weights;
  for (std::size_t m = 0; m < weights.shape(2); ++m) {
    EXPECT_EQ(weights(0, 0, m, 0), weights(0, 0, m, 4)) << "latent " << m;
    EXPECT_NE(weights(0, 0, m, 0), weights(0, 0, m, 1)) << "The, cat";
  }
}

// Every word twice halves every weight; the sum stays.
TYPED_TEST(WorkedExample, SaidTwiceAnswersTheSame) {
  for (std::size_t i = 0; i < this->once_.output.size(); ++i) {
    EXPECT_NEAR(this->once_.output.data()[i], this->twice_.output.data()[i],
                allowed<TypeParam>(1));
  }
}

TYPED_TEST(WorkedExample, CountsWhatTheFormulaDeclares) {
  for (const auto* a : {&this->once_, &this->twice_}) {
    const std::uint64_t N = a->words.size();
    EXPECT_EQ(a->counted.parts, a->declared.parts);
    EXPECT_EQ(a->counted[Part::query_projection].macs, 4 * 64 * 32);
    EXPECT_EQ(a->counted[Part::key_value_projection].macs, N * 64 * (32 + 32));
    EXPECT_EQ(a->counted[Part::scores].macs, 4 * N * 32);
    EXPECT_EQ(a->counted[Part::weighted_sum].macs, 4 * N * 32);
    EXPECT_EQ(a->counted[Part::softmax].logits, 4 * N);
  }
}

TEST(WorkedExampleText, PrintsTheShapes) {
  EXPECT_EQ(shapes_text(sentence_attention<float>(kSentence)),
            "words    X, a vector each   [6, 64]\n"
            "latents  Z                  [4, 64]\n"
            "Q        = Z·W_Q            [4, 32]\n"
            "K        = X·W_K            [6, 32]\n"
            "V        = X·W_V            [6, 32]\n"
            "scores   = Q·Kᵀ/√d_k        [4, 6]\n"
            "weights  = softmax(scores)  [4, 6]\n"
            "output   = weights·V        [4, 32]\n");
}

TEST(WorkedExampleText, ColoursOnlyWhenAsked) {
  const std::string plain = worked_example_text(kSentence, false);
  EXPECT_EQ(plain.find('\x1b'), std::string::npos);
  EXPECT_NE(worked_example_text(kSentence, true).find('\x1b'),
            std::string::npos);
  for (const char* said :
       {"The    cat    sat     on    the    mat      sum\n", "    1.000\n", "█",
        "░", "[4, 12]", "34304    34304\n",
        "The output has 4 rows for N = 6 and 4 for N = 12"}) {
    EXPECT_NE(plain.find(said), std::string::npos) << said << "\n" << plain;
  }
  EXPECT_EQ(plain.find("NOT EQUAL"), std::string::npos);
}

TEST(WorkedExampleText, SaysWhereTheLedgerDisagrees) {
  auto a = sentence_attention<float>(kSentence);
  a.counted[Part::scores].macs += 1;
  const std::string text = macs_text(a);
  EXPECT_NE(text.find("769  NOT EQUAL\n"), std::string::npos) << text;
}

TEST(WorkedExampleText, RefusesASentenceWithoutWords) {
  EXPECT_THROW(sentence_attention<float>("  "), Error);
}

}  // namespace
}  // namespace suite
