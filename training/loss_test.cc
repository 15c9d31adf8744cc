#include "training/loss.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "primitives/memory.h"
#include "primitives/threads.h"
#include "training/testing.h"

namespace suite {
namespace {

using Labels = std::vector<std::int32_t>;

template <class T>
Tensor<T, 3> drawn(std::array<std::size_t, 3> shape, std::uint64_t seed,
                   double deviation = 1) {
  Tensor<T, 3> tensor;
  tensor.resize(shape);
  fill_normal<T>({tensor.data(), tensor.size()}, seed, deviation);
  return tensor;
}

// Every third row doesn't count.
Labels labels_of(std::size_t rows, std::size_t classes) {
  Labels labels;
  for (std::size_t r = 0; r < rows; ++r) {
    labels.push_back(r % 3 == 2 ? -1 : static_cast<int>(r * 7 % classes));
  }
  return labels;
}

Mask mask_of(std::size_t batch, std::size_t rows) {
  Mask mask;
  mask.resize({batch, rows});
  for (std::size_t i = 0; i < mask.size(); ++i) mask.data()[i] = i % 3 != 2;
  return mask;
}

template <class T>
double entropy_of(const Tensor<T, 3>& logits, const Labels& labels,
                  double smoothing, Tensor<T, 3>& gradient) {
  Ledger ledger;
  return cross_entropy<T>(logits, labels, smoothing, gradient,
                          ledger[Part::softmax]);
}

template <class T>
double square_of(const Tensor<T, 3>& output, const Tensor<T, 3>& target,
                 const Mask& mask, Tensor<T, 3>& gradient) {
  Ledger ledger;
  return mean_square<T>(output, target, mask, gradient, ledger[Part::mlp]);
}

// The definition, in double.
double naive_entropy(const Tensor<double, 3>& logits, const Labels& labels,
                     double smoothing) {
  double sum = 0, counted = 0;
  const auto rows = all_rows(logits);
  for (std::size_t r = 0; r < rows.rows; ++r) {
    if (labels[r] < 0) continue;
    double total = 0;
    for (std::size_t c = 0; c < rows.cols; ++c)
      total += std::exp(rows.row(r)[c]);
    for (std::size_t c = 0; c < rows.cols; ++c) {
      const double q = (static_cast<int>(c) == labels[r]) * (1 - smoothing) +
                       smoothing / static_cast<double>(rows.cols);
      sum -= q * std::log(std::exp(rows.row(r)[c]) / total);
    }
    ++counted;
  }
  return sum / counted;
}

// Every element, by central differences.
void expect_gradient_of(
    Tensor<double, 3> at, const Tensor<double, 3>& gradient,
    const std::function<double(const Tensor<double, 3>&)>& loss) {
  constexpr double kStep = 1e-5;
  double largest = 0, worst = 0;
  for (std::size_t i = 0; i < at.size(); ++i) {
    const double value = at.data()[i];
    at.data()[i] = value + kStep;
    const double above = loss(at);
    at.data()[i] = value - kStep;
    const double below = loss(at);
    at.data()[i] = value;
    const double expected = (above - below) / (2 * kStep);
    largest = std::max(largest, std::abs(expected));
    const double off = std::abs(expected - gradient.data()[i]);
    worst = std::isnan(off) ? HUGE_VAL : std::max(worst, off);
  }
  EXPECT_GT(largest, 1e-3);
  EXPECT_LE(worst, 1e-8 * largest);
}

// Widths around those of vectors and of sums.
constexpr std::size_t kClasses[] = {1, 2, 7, 8, 10, 16, 17, 33, 100};

TEST(CrossEntropy, IsWhatItsDefinitionSays) {
  for (const std::size_t classes : kClasses) {
    for (const double smoothing : {0.0, 0.1}) {
      const auto logits = drawn<double>({3, 5, classes}, 1, 3);
      const Labels labels = labels_of(15, classes);
      Tensor<double, 3> gradient;
      const double expected = naive_entropy(logits, labels, smoothing);
      EXPECT_NEAR(entropy_of(logits, labels, smoothing, gradient), expected,
                  1e-13 * std::max(1.0, expected))
          << classes;
    }
  }
}

TEST(CrossEntropy, ItsGradientIsThatOfDifferences) {
  for (const std::size_t classes : kClasses) {
    if (classes == 1) continue;  // no logit changes anything
    for (const double smoothing : {0.0, 0.1}) {
      const auto logits = drawn<double>({2, 3, classes}, 2);
      const Labels labels = labels_of(6, classes);
      Tensor<double, 3> gradient, unused;
      entropy_of(logits, labels, smoothing, gradient);
      expect_gradient_of(logits, gradient, [&](const auto& moved) {
        return entropy_of(moved, labels, smoothing, unused);
      });
    }
  }
}

TEST(CrossEntropy, InFloatIsNearDouble) {
  const auto floats = drawn<float>({4, 9, 33}, 3, 4);
  Tensor<double, 3> doubles, gradient;
  doubles.resize(floats.shape());
  std::copy(floats.begin(), floats.end(), doubles.begin());
  const Labels labels = labels_of(36, 33);
  Tensor<float, 3> of_floats;
  const double expected = entropy_of(doubles, labels, 0.1, gradient);
  EXPECT_NEAR(entropy_of(floats, labels, 0.1, of_floats), expected,
              1e-6 * expected);
  double worst = 0, largest = 0;
  for (std::size_t i = 0; i < gradient.size(); ++i) {
    const double theirs = gradient.data()[i];
    const double off =
        std::abs(theirs - static_cast<double>(of_floats.data()[i]));
    largest = std::max(largest, std::abs(theirs));
    worst = std::isnan(off) ? HUGE_VAL : std::max(worst, off);
  }
  EXPECT_LE(worst, 1e-6 * largest);
}

TEST(CrossEntropy, RowsThatDoNotCountGetNoGradient) {
  const auto logits = drawn<float>({1, 6, 5}, 4);
  Tensor<float, 3> gradient;
  gradient.resize({1, 6, 5});
  gradient.fill(9);
  entropy_of(logits, labels_of(6, 5), 0.1, gradient);
  for (std::size_t c = 0; c < 5; ++c) {
    EXPECT_EQ(gradient(0, 2, c), 0) << c;
    EXPECT_EQ(gradient(0, 5, c), 0) << c;
    EXPECT_NE(gradient(0, 3, c), 0) << c;
  }
}

TEST(CrossEntropy, LargeLogitsAndClassesRuledOutAreFinite) {
  Tensor<float, 3> logits = drawn<float>({1, 1, 20}, 5), gradient;
  logits(0, 0, 3) = 3e4f;
  logits(0, 0, 4) = -HUGE_VALF;
  const double loss = entropy_of(logits, {5}, 0, gradient);
  EXPECT_NEAR(loss, 3e4 - static_cast<double>(logits(0, 0, 5)), 1e-2);
  EXPECT_EQ(gradient(0, 0, 3), 1);
  EXPECT_EQ(gradient(0, 0, 4), 0);
  EXPECT_EQ(gradient(0, 0, 5), -1);
}

TEST(CrossEntropy, ANaNStaysVisible) {
  Tensor<float, 3> logits = drawn<float>({1, 2, 20}, 6), gradient;
  logits(0, 0, 7) = NAN;
  EXPECT_TRUE(std::isnan(entropy_of(logits, {5, 5}, 0, gradient)));
  EXPECT_TRUE(std::isnan(gradient(0, 0, 0)));
  EXPECT_FALSE(std::isnan(gradient(0, 1, 0)));
}

TEST(CrossEntropy, SaysWhatDoesNotFit) {
  const auto logits = drawn<float>({1, 4, 10}, 7);
  Tensor<float, 3> gradient;
  const auto error = [&](const Labels& labels, double smoothing) {
    return error_of([&] { entropy_of(logits, labels, smoothing, gradient); });
  };
  EXPECT_EQ(error({1, 2, 12, 3}, 0),
            "cross-entropy: the label of row 2 is 12; allowed are 0 to 9, and "
            "less for a row that doesn't count");
  EXPECT_EQ(error({1, 2, 3}, 0),
            "cross-entropy: 3 labels for logits[1, 4, 10]; each row has one");
  EXPECT_EQ(error({-1, -1, -1, -1}, 0),
            "cross-entropy: all 4 labels are negative, so no row counts");
  EXPECT_EQ(error({1, 2, 3, 4}, 1),
            "cross-entropy: smoothing = 1: allowed is 0 to below 1");
  EXPECT_NE(error({1, 2, 3, 4}, NAN), "");
  Tensor<float, 3> both = logits;
  EXPECT_NE(error_of([&] { entropy_of(both, {1, 2, 3, 4}, 0, both); }), "");
}

TEST(MeanSquare, IsWhatItsDefinitionSays) {
  const auto output = drawn<double>({2, 7, 19}, 8);
  const auto target = drawn<double>({2, 7, 19}, 9);
  for (const Mask& mask : {Mask(), mask_of(2, 7)}) {
    double sum = 0, counted = 0;
    for (std::size_t r = 0; r < 14; ++r) {
      if (mask.size() > 0 && mask.data()[r] == 0) continue;
      for (std::size_t c = 0; c < 19; ++c, ++counted) {
        sum += std::pow(output(r / 7, r % 7, c) - target(r / 7, r % 7, c), 2);
      }
    }
    Tensor<double, 3> gradient, unused;
    const double loss = square_of(output, target, mask, gradient);
    EXPECT_NEAR(loss, sum / counted, 1e-14 * loss);
    expect_gradient_of(output, gradient, [&](const auto& moved) {
      return square_of(moved, target, mask, unused);
    });
  }
}

TEST(MeanSquare, SaysWhatDoesNotFit) {
  const auto output = drawn<float>({1, 4, 10}, 10);
  Tensor<float, 3> gradient;
  Mask none = mask_of(1, 4);
  none.fill(0);
  EXPECT_EQ(error_of([&] {
              square_of(output, drawn<float>({1, 4, 11}, 1), Mask(), gradient);
            }),
            "mean square: output[1, 4, 10] and target[1, 4, 11] must have one "
            "shape");
  EXPECT_EQ(
      error_of([&] { square_of(output, output, mask_of(2, 4), gradient); }),
      "mean square: mask[2, 4] doesn't fit output[1, 4, 10]");
  EXPECT_EQ(error_of([&] { square_of(output, output, none, gradient); }),
            "mean square: no row of output[1, 4, 10] counts");
}

template <class T>
class LossTest : public testing::Test {
 protected:
  // Both losses, with their gradients.
  struct Answer {
    double entropy, square;
    Tensor<T, 3> gradients[2];
  };
  Answer answer() const {
    const auto output = drawn<T>({3, 71, 37}, 11);
    const auto target = drawn<T>({3, 71, 37}, 12);
    Answer made;
    made.entropy =
        entropy_of<T>(output, labels_of(3 * 71, 37), 0.1, made.gradients[0]);
    made.square =
        square_of<T>(output, target, mask_of(3, 71), made.gradients[1]);
    return made;
  }
};
TYPED_TEST_SUITE(LossTest, Scalars);

TYPED_TEST(LossTest, HasTheSameBitsForEveryNumberOfThreads) {
  const int before = threads();
  set_threads(1);
  const auto expected = this->answer();
  for (const int count : {2, 3, 4}) {
    set_threads(count);
    const auto answer = this->answer();
    EXPECT_EQ(answer.entropy, expected.entropy) << count;
    EXPECT_EQ(answer.square, expected.square) << count;
    EXPECT_TRUE(answer.gradients[0] == expected.gradients[0]) << count;
    EXPECT_TRUE(answer.gradients[1] == expected.gradients[1]) << count;
  }
  set_threads(before);
}

TYPED_TEST(LossTest, BooksWhatItReadsAndWrites) {
  const auto output = drawn<TypeParam>({2, 3, 5}, 13);
  Tensor<TypeParam, 3> gradient;
  Ledger counting(Ledger::Mode::count_only);
  EXPECT_EQ(cross_entropy<TypeParam>(output, labels_of(6, 5), 0, gradient,
                                     counting[Part::softmax]),
            0);
  EXPECT_EQ(mean_square<TypeParam>(output, output, Mask(), gradient,
                                   counting[Part::mlp]),
            0);
  EXPECT_EQ(gradient.shape(), output.shape());
  Ledger ledger;
  cross_entropy<TypeParam>(output, labels_of(6, 5), 0, gradient,
                           ledger[Part::softmax]);
  const std::int64_t before = MemoryMeter::allocations();
  mean_square<TypeParam>(output, output, Mask(), gradient, ledger[Part::mlp]);
  EXPECT_EQ(MemoryMeter::allocations(), before);
  constexpr std::uint64_t kBytes = 30 * sizeof(TypeParam);
  for (const Ledger* each : {&counting, &ledger}) {
    EXPECT_EQ(each->counted()[Part::softmax],
              (Work{.logits = 30, .bytes_moved = 2 * kBytes + 6 * 4}));
    EXPECT_EQ(each->counted()[Part::mlp], Work{.bytes_moved = 3 * kBytes});
  }
}

}  // namespace
}  // namespace suite
