#include "primitives/efficient_attention/sparse/sparse_attention.h"

#include "primitives/testing.h"
#include "primitives/threads.h"

namespace suite {
namespace {

// Rows read a window around them, and the runs of their block.
SparsePattern window(std::size_t rows, std::size_t block, std::size_t each_side,
                     std::vector<KeyRange> runs = {}, std::size_t apart = 0) {
  SparsePattern pattern{.rows = rows, .block = block, .apart = apart};
  std::size_t from = 0;
  for (const KeyRange& run : runs) from = std::max(from, run.last);
  pattern.whole = [runs](std::size_t, std::vector<KeyRange>& out) {
    out.insert(out.end(), runs.begin(), runs.end());
  };
  pattern.own = [=](std::size_t q) {
    const std::size_t first = q < each_side ? 0 : q - each_side;
    return KeyRange{std::max(first, from), std::min(rows, q + each_side + 1)};
  };
  return pattern;
}

std::vector<SparsePattern> patterns() {
  SparsePattern runs_alone{.rows = 100, .block = 10};
  runs_alone.whole = [](std::size_t q, std::vector<KeyRange>& out) {
    out.push_back({q, q + 10});
    if (q >= 30) out.push_back({0, 7});
  };
  SparsePattern disjoint{.rows = 90, .block = 45};  // no key that all read
  disjoint.own = [](std::size_t q) {
    return KeyRange{q / 15 * 15, q / 15 * 15 + 15};
  };
  return {window(1, 48, 3),
          window(33, 48, 0),
          window(389, 48, 40),
          window(389, 16, 200),
          window(389, 48, 2, {{0, 5}}, 5),
          window(700, 96, 120, {{0, 3}, {3, 20}}),
          runs_alone,
          disjoint};
}

bool reads(const SparsePattern& p, const KeyRange& block, std::size_t q,
           std::size_t n) {
  std::vector<KeyRange> ranges;
  if (p.whole) p.whole(block.first, ranges);
  if (p.own) ranges.push_back(p.own(q));
  for (const KeyRange& range : ranges) {
    if (n >= range.first && n < range.last) return true;
  }
  return false;
}

template <class T>
struct Case {
  static constexpr std::size_t kBatch = 2, kHeads = 2, kQk = 6, kV = 9;
  SparsePattern pattern;
  Tensor<T, 3> queries, keys, values;
  Mask mask;

  Case(const SparsePattern& p, bool masked)
      : pattern(p),
        queries(normal_tensor<T, 3>({kBatch, p.rows, kHeads * kQk}, 1)),
        keys(normal_tensor<T, 3>({kBatch, p.rows, kHeads * kQk}, 2)),
        values(normal_tensor<T, 3>({kBatch, p.rows, kHeads * kV}, 3)) {
    if (masked) mask.resize({kBatch, p.rows});
    for (std::size_t i = 0; i < mask.size(); ++i) {
      mask.data()[i] = i % 4 != 1 && !(i >= 10 && i < 30);
    }
  }

  Tensor<T, 3> answer(Ledger& ledger) const {
    Tensor<T, 3> output;
    SparseAttention<T>().forward({queries, keys, values, mask, kHeads}, pattern,
                                 output, ledger);
    return output;
  }

  // The largest difference from naive attention over what each query reads;
  // counts the pairs.
  double error(const Tensor<T, 3>& output, std::size_t& pairs) const {
    double worst = 0;
    for (std::size_t b = 0; b < kBatch; ++b) {
      for (std::size_t i = 0; i < pattern.blocks(); ++i) {
        const KeyRange block = pattern.queries_of(i);
        for (std::size_t q = block.first; q < block.last; ++q) {
          std::vector<std::uint8_t> valid(pattern.rows);
          for (std::size_t n = 0; n < pattern.rows; ++n) {
            valid[n] = reads(pattern, block, q, n) &&
                       (mask.size() == 0 || mask(b, n) != 0);
            pairs += kHeads * valid[n];
          }
          const naive::Matrix row(example(queries, b).row_range(q, 1));
          worst = std::max(
              worst,
              max_difference(
                  naive::attention(row, naive::Matrix(example(keys, b)),
                                   naive::Matrix(example(values, b)), kHeads,
                                   valid.data()),
                  example(output, b).row_range(q, 1)));
        }
      }
    }
    return worst;
  }
};

template <class T>
class SparseAttentionTest : public testing::Test {
 protected:
  SparseAttentionTest() : threads_(threads()) {}
  ~SparseAttentionTest() override { set_threads(threads_); }

 private:
  int threads_;
};
TYPED_TEST_SUITE(SparseAttentionTest, Scalars, ScalarNames);

TYPED_TEST(SparseAttentionTest, ReadsWhatThePatternSaysAndCountsIt) {
  using C = Case<TypeParam>;
  for (const SparsePattern& pattern : patterns()) {
    for (const bool masked : {false, true}) {
      const C c(pattern, masked);
      Ledger ledger;
      const auto output = c.answer(ledger);
      std::size_t pairs = 0;
      EXPECT_LE(c.error(output, pairs), rounding<TypeParam>(pattern.rows))
          << pattern.rows << " rows" << (masked ? ", masked" : "");
      const Cost& counted = ledger.counted();
      EXPECT_EQ(counted[Part::scores].macs, pairs * C::kQk);
      EXPECT_EQ(counted[Part::softmax].logits, pairs);
      EXPECT_EQ(counted[Part::weighted_sum].macs, pairs * C::kV);
    }
  }
}

TYPED_TEST(SparseAttentionTest, BlocksCoverEveryQueryOnce) {
  for (const SparsePattern& pattern : patterns()) {
    std::size_t next = 0;
    for (std::size_t i = 0; i < pattern.blocks(); ++i) {
      const KeyRange block = pattern.queries_of(i);
      EXPECT_EQ(block.first, next);
      EXPECT_LE(block.size(), pattern.block);
      EXPECT_FALSE(block.first < pattern.apart && block.last > pattern.apart);
      next = block.last;
    }
    EXPECT_EQ(next, pattern.rows);
  }
}

TYPED_TEST(SparseAttentionTest, TheNumberOfThreadsChangesNoBit) {
  const Case<TypeParam> c(window(700, 48, 60, {{0, 9}}, 9), true);
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
