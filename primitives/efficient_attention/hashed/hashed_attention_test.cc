#include "primitives/efficient_attention/hashed/hashed_attention.h"

#include <algorithm>

#include "primitives/testing.h"
#include "primitives/threads.h"

namespace suite {
namespace {

template <class T>
struct Case {
  HashedShape shape;
  Tensor<T, 3> queries, values;
  Tensor<T, 2> rotations;
  Mask mask;

  // Queries of so many times a normal draw's length.
  Case(const HashedShape& s, bool masked, double length = 1)
      : shape(s),
        queries(normal_tensor<T, 3>(
            {s.hash.batch, s.hash.rows, s.hash.heads * s.hash.channels}, 1)),
        values(normal_tensor<T, 3>(
            {s.hash.batch, s.hash.rows, s.hash.heads * s.v_channels}, 2)),
        rotations(normal_tensor<T, 2>(
            {s.hash.rounds * s.hash.buckets / 2, s.hash.channels}, 3)) {
    for (T& value : queries) value *= static_cast<T>(length);
    if (masked) mask.resize({s.hash.batch, s.hash.rows});
    for (std::size_t i = 0; i < mask.size(); ++i) mask.data()[i] = i % 4 != 1;
  }

  Tensor<T, 3> answer(Ledger& ledger) const {
    Tensor<T, 3> output;
    HashedAttention<T>().forward(shape, {queries, values, rotations, mask},
                                 output, ledger);
    return output;
  }

  // In which chunk of each round is a row of a head? By the order of the hash,
  // which has a test of its own.
  std::vector<std::vector<long>> chunks(const HashOrder<T>& hash, std::size_t b,
                                        std::size_t head) const {
    std::vector<std::vector<long>> chunks(
        shape.hash.rounds, std::vector<long>(shape.hash.rows, -9));
    for (std::size_t round = 0; round < shape.hash.rounds; ++round) {
      for (std::size_t i = 0; i < hash.shown(b); ++i) {
        chunks[round][hash.rows(b, head, round)[i]] =
            static_cast<long>(i / shape.chunk);
      }
    }
    return chunks;
  }

  double error(const Tensor<T, 3>& output) const {
    HashOrder<T> hash;
    Ledger ledger;
    hash.forward(shape.hash, queries, rotations, mask, ledger[Part::scores]);
    double worst = 0;
    for (std::size_t b = 0; b < shape.hash.batch; ++b) {
      for (std::size_t head = 0; head < shape.hash.heads; ++head) {
        const auto of = chunks(hash, b, head);
        for (std::size_t i = 0; i < shape.hash.rows; ++i) {
          std::vector<std::uint8_t> reads(shape.hash.rows);
          for (const auto& chunk : of) {
            for (std::size_t j = 0; j < reads.size(); ++j) {
              const long apart = chunk[i] - chunk[j];
              reads[j] |= i != j && chunk[i] >= 0 && chunk[j] >= 0 &&
                          (apart == 0 || apart == 1);
            }
          }
          const bool alone = std::count(reads.begin(), reads.end(), 1) == 0;
          reads[i] = alone && of[0][i] >= 0;
          worst = std::max(worst, row_error(output, b, head, i, reads));
        }
      }
    }
    return worst;
  }

  // From softmax attention of row i with keys of length √d.
  double row_error(const Tensor<T, 3>& output, std::size_t b, std::size_t head,
                   std::size_t i, const std::vector<std::uint8_t>& reads) const {
    const std::size_t d = shape.hash.channels, v = shape.v_channels;
    naive::Matrix keys(example(queries, b).columns(head * d, d));
    const naive::Matrix row(
        example(queries, b).columns(head * d, d).row_range(i, 1));
    for (std::size_t j = 0; j < keys.rows; ++j) {
      double square = 0;
      for (std::size_t c = 0; c < d; ++c) square += keys(j, c) * keys(j, c);
      for (std::size_t c = 0; c < d; ++c) {
        keys(j, c) *= std::sqrt(static_cast<double>(d) / square);
      }
    }
    return max_difference(
        naive::attention(
            row, keys, naive::Matrix(example(values, b).columns(head * v, v)),
            1, reads.data()),
        example(output, b).columns(head * v, v).row_range(i, 1));
  }
};

std::vector<HashedShape> shapes() {
  // {batch, N, heads, d, rounds, buckets}, v, chunk
  return {{{1, 1, 1, 1, 1, 0}, 1, 4},     {{2, 15, 2, 6, 1, 0}, 9, 15},
          {{2, 33, 2, 6, 1, 4}, 9, 1},    {{2, 33, 2, 6, 3, 4}, 9, 1},
          {{1, 17, 3, 5, 2, 2}, 3, 4},    {{2, 389, 2, 6, 1, 8}, 9, 64},
          {{2, 389, 2, 6, 4, 8}, 9, 64},  {{1, 613, 1, 8, 3, 64}, 8, 25},
          {{1, 613, 1, 33, 2, 6}, 17, 9}, {{1, 700, 1, 8, 2, 6}, 8, 300},
          {{1, 1100, 2, 8, 5, 16}, 8, 16}};
}

template <class T>
class HashedAttentionTest : public testing::Test {
 protected:
  HashedAttentionTest() : threads_(threads()) {}
  ~HashedAttentionTest() override { set_threads(threads_); }

 private:
  int threads_;
};
TYPED_TEST_SUITE(HashedAttentionTest, Scalars, ScalarNames);

TYPED_TEST(HashedAttentionTest, ReadsTheUnionOfRoundsOnce) {
  for (const HashedShape& shape : shapes()) {
    for (const bool masked : {false, true}) {
      const Case<TypeParam> c(shape, masked);
      Ledger ledger;
      EXPECT_LE(c.error(c.answer(ledger)),
                rounding<TypeParam>(shape.hash.rows))
          << shape.hash.rows << " rows in chunks of " << shape.chunk
          << (masked ? ", masked" : "");
    }
  }
}

// Logits past what 2^x can hold, so that references must rise between rounds.
TYPED_TEST(HashedAttentionTest, LongQueriesDoNotOverflow) {
  const Case<TypeParam> c({{1, 389, 2, 6, 4, 8}, 9, 16}, false, 1000);
  Ledger ledger;
  EXPECT_LE(c.error(c.answer(ledger)), 1e4 * rounding<TypeParam>(389));
}

TYPED_TEST(HashedAttentionTest, CountsThePairsThatMeet) {
  for (const HashedShape& shape : shapes()) {
    std::size_t pairs = 0;
    for (std::size_t i = 0; i < shape.hash.rows; ++i) {
      for (std::size_t j = 0; j < shape.hash.rows; ++j) {
        const std::size_t mine = i / shape.chunk, other = j / shape.chunk;
        pairs += mine == other || mine == other + 1;
      }
    }
    EXPECT_EQ(shape.pairs(shape.hash.rows), pairs);
    pairs *= shape.hash.batch * shape.hash.heads * shape.hash.rounds;
    Ledger ledger;
    Case<TypeParam>(shape, false).answer(ledger);
    EXPECT_EQ(ledger.counted()[Part::softmax].logits, pairs);
    EXPECT_EQ(ledger.counted()[Part::weighted_sum].macs,
              pairs * shape.v_channels);
  }
}

TYPED_TEST(HashedAttentionTest, PaddingIsAsIfItWereNotThere) {
  const HashedShape padded{{1, 100, 2, 6, 2, 8}, 9, 16};
  Case<TypeParam> c(padded, true);
  for (std::size_t n = 0; n < 100; ++n) c.mask(0, n) = n < 77;
  Case<TypeParam> shorter({{1, 77, 2, 6, 2, 8}, 9, 16}, false);
  Ledger ledger;
  const auto output = c.answer(ledger), expected = shorter.answer(ledger);
  for (std::size_t n = 0; n < 100; ++n) {
    for (std::size_t i = 0; i < 18; ++i) {
      EXPECT_EQ(output(0, n, i), n < 77 ? expected(0, n, i) : 0) << n;
    }
  }
}

TYPED_TEST(HashedAttentionTest, TheNumberOfThreadsChangesNoBit) {
  const Case<TypeParam> c({{2, 700, 2, 6, 3, 8}, 9, 16}, true);
  Ledger ledger;
  set_threads(1);
  const auto one = c.answer(ledger);
  for (const int count : {2, 3, 5}) {
    set_threads(count);
    EXPECT_TRUE(same_bits(c.answer(ledger), one)) << count;
  }
}

}  // namespace
}  // namespace suite
