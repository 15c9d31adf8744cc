#include "primitives/layers/embedding.h"

#include <gtest/gtest.h>

#include "primitives/central_differences.h"
#include "primitives/testing.h"
#include "primitives/threads.h"

namespace suite {
namespace {

Tokens some_tokens(std::size_t batch, std::size_t N, std::size_t vocabulary) {
  Tokens tokens;
  tokens.resize({batch, N});
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    tokens.data()[i] = static_cast<std::int64_t>((7 * i + 5) % vocabulary);
  }
  return tokens;
}

template <class T>
class EmbeddingTest : public testing::Test {
 protected:
  void run(const Tokens& tokens, const Tensor<T, 2>& table,
           const Tensor<T, 2>* positions) {
    ledger.clear();
    embed(tokens, table, positions, output, ledger[Part::position_encoding]);
  }
  std::string refusal(const Tokens& tokens, const Tensor<T, 2>& table,
                      const Tensor<T, 2>* positions = nullptr) {
    try {
      run(tokens, table, positions);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }

  Tensor<T, 3> output;
  Ledger ledger;
};
TYPED_TEST_SUITE(EmbeddingTest, Scalars, ScalarNames);

TYPED_TEST(EmbeddingTest, GivesEachTokenItsRowAndItsPlace) {
  using T = TypeParam;
  for (const std::size_t vocabulary : {1, 3, 262}) {
    for (const std::size_t N : {1, 17, 193}) {
      for (const std::size_t channels : {1, 15, 48}) {
        const Tokens tokens = some_tokens(3, N, vocabulary);
        const auto table = normal_tensor<T, 2>({vocabulary, channels}, 1);
        const auto positions = normal_tensor<T, 2>({N + 2, channels}, 2);
        for (const Tensor<T, 2>* added : {(const Tensor<T, 2>*)nullptr,
                                          &positions}) {
          this->run(tokens, table, added);
          ASSERT_EQ(this->output.size(), 3 * N * channels);
          for (std::size_t i = 0; i < this->output.size(); ++i) {
            const std::size_t c = i % channels, n = i / channels % N;
            const T row = table(tokens.data()[i / channels], c);
            const T place = added == nullptr ? T(0) : positions(n, c);
            ASSERT_EQ(this->output.data()[i], row + place) << i;
          }
          const std::size_t values =
              6 * N * channels + (added == nullptr ? 0 : N * channels);
          EXPECT_EQ(this->ledger.counted().total(),
                    Work{.bytes_moved = 8 * 3 * N + sizeof(T) * values});
        }
      }
    }
  }
}

TYPED_TEST(EmbeddingTest, CountsWithoutTouchingOrReadingTokens) {
  using T = TypeParam;
  Tokens tokens = some_tokens(2, 3, 4);
  tokens(1, 1) = 99;
  const auto table = normal_tensor<T, 2>({4, 5}, 1);
  this->output.resize({2, 3, 5});
  this->output.fill(7);
  Ledger alone(Ledger::Mode::count_only);
  embed<T>(tokens, table, nullptr, this->output,
           alone[Part::position_encoding]);
  EXPECT_EQ(alone.counted().total().bytes_moved, 48 + sizeof(T) * 60);
  for (const T value : this->output) EXPECT_EQ(value, T(7));
}

TYPED_TEST(EmbeddingTest, RefusesTokensBeyondItsTable) {
  using T = TypeParam;
  const auto table = normal_tensor<T, 2>({262, 4}, 1);
  Tokens tokens = some_tokens(2, 5, 262);
  this->run(tokens, table, nullptr);
  const Tensor<T, 3> before = this->output;
  tokens(1, 3) = 262;
  EXPECT_EQ(this->refusal(tokens, table),
            "embedding: example 1, position 3: token 262 is not one of a "
            "vocabulary of 262");
  tokens(1, 3) = -1;
  EXPECT_EQ(this->refusal(tokens, table),
            "embedding: example 1, position 3: token -1 is not one of a "
            "vocabulary of 262");
  EXPECT_TRUE(same_bits(before, this->output));
}

TYPED_TEST(EmbeddingTest, RefusesPositionsThatDoNotFit) {
  using T = TypeParam;
  const auto table = normal_tensor<T, 2>({9, 4}, 1);
  const auto few = normal_tensor<T, 2>({4, 4}, 1);
  const auto narrow = normal_tensor<T, 2>({5, 3}, 1);
  const Tokens tokens = some_tokens(1, 5, 9);
  EXPECT_EQ(this->refusal(tokens, table, &few),
            "embedding: positions[4, 4] cannot be added to 5 tokens of 4 "
            "channels");
  EXPECT_EQ(this->refusal(tokens, table, &narrow),
            "embedding: positions[5, 3] cannot be added to 5 tokens of 4 "
            "channels");
}

TEST(EmbeddingBackwardTest, IsTheSlope) {
  for (const bool placed : {false, true}) {
    const Tokens tokens = some_tokens(3, 17, 5);
    auto table = normal_tensor<double, 2>({5, 11}, 1);
    auto positions = normal_tensor<double, 2>({19, 11}, 2);
    const auto weights = normal_tensor<double, 3>({3, 17, 11}, 3);
    auto d_table = normal_tensor<double, 2>({5, 11}, 4);
    auto d_positions = normal_tensor<double, 2>({19, 11}, 5);
    const auto table_before = d_table, positions_before = d_positions;
    Ledger ledger;
    Tensor<double, 3> output;
    const auto loss = [&] {
      embed(tokens, table, placed ? &positions : nullptr, output,
            ledger[Part::position_encoding]);
      return weighted_sum(weights, output);
    };
    embed_backward(tokens, weights, d_table, placed ? &d_positions : nullptr,
                   ledger[Part::position_encoding]);
    // It is added to what was there.
    d_table -= table_before;
    d_positions -= positions_before;
    expect_slopes(table, d_table, loss, "table");
    expect_slopes(positions, d_positions, loss, "positions");
  }
}

TYPED_TEST(EmbeddingTest, BitsOfTheBackwardDontDependOnThreads) {
  using T = TypeParam;
  const int before = threads();
  const Tokens tokens = some_tokens(3, 193, 7);
  const auto d_output = normal_tensor<T, 3>({3, 193, 49}, 1);
  std::vector<Tensor<T, 2>> tables, places;
  for (const int count : {1, 2, 3}) {
    set_threads(count);
    Tensor<T, 2>& table = tables.emplace_back();
    Tensor<T, 2>& positions = places.emplace_back();
    table.resize({7, 49});
    positions.resize({193, 49});
    table.fill(T(0));
    positions.fill(T(0));
    embed_backward(tokens, d_output, table, &positions,
                   this->ledger[Part::position_encoding]);
  }
  set_threads(before);
  EXPECT_TRUE(same_bits(tables[0], tables[1]) &&
              same_bits(tables[0], tables[2]));
  EXPECT_TRUE(same_bits(places[0], places[1]) &&
              same_bits(places[0], places[2]));
}

TEST(EmbeddingBackwardTest, RefusesWhatDoesNotFit) {
  const Tokens tokens = some_tokens(1, 4, 9);
  Tensor<float, 2> table({5, 3});
  Ledger ledger;
  EXPECT_THROW(
      embed_backward(tokens, normal_tensor<float, 3>({1, 4, 3}, 1), table,
                     static_cast<Tensor<float, 2>*>(nullptr),
                     ledger[Part::position_encoding]),
      Error);
  EXPECT_THROW(
      embed_backward(tokens, normal_tensor<float, 3>({1, 3, 3}, 1), table,
                     static_cast<Tensor<float, 2>*>(nullptr),
                     ledger[Part::position_encoding]),
      Error);
}

}  // namespace
}  // namespace suite
