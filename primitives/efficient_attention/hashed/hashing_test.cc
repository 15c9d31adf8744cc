#include "primitives/efficient_attention/hashed/hashing.h"

#include <algorithm>

#include "primitives/testing.h"

namespace suite {
namespace {

template <class T>
struct Case {
  HashShape shape;
  Tensor<T, 3> input;
  Tensor<T, 2> rotations;
  Mask mask;

  Case(const HashShape& s, bool masked)
      : shape(s),
        input(normal_tensor<T, 3>({s.batch, s.rows, s.heads * s.channels}, 1)),
        rotations(normal_tensor<T, 2>({s.rounds * s.buckets / 2, s.channels},
                                      2)) {
    if (masked) mask.resize({s.batch, s.rows});
    for (std::size_t i = 0; i < mask.size(); ++i) mask.data()[i] = i % 3 != 1;
  }

  bool shown(std::size_t b, std::size_t n) const {
    return mask.size() == 0 || mask(b, n) != 0;
  }

  // How far a row is along each of [R; −R], as the paper has it.
  std::vector<double> along(std::size_t b, std::size_t head, std::size_t round,
                            std::size_t n) const {
    const std::size_t half = shape.buckets / 2;
    std::vector<double> far(shape.buckets);
    for (std::size_t r = 0; r < half; ++r) {
      for (std::size_t c = 0; c < shape.channels; ++c) {
        far[r] += static_cast<double>(rotations(round * half + r, c)) *
                  static_cast<double>(input(b, n, head * shape.channels + c));
      }
      far[half + r] = -far[r];
    }
    return far;
  }

  // Of the rows shown, by bucket and position.
  std::vector<std::uint32_t> order(std::size_t b, std::size_t head,
                                   std::size_t round) const {
    std::vector<std::pair<std::size_t, std::uint32_t>> rows;
    for (std::size_t n = 0; n < shape.rows; ++n) {
      if (!shown(b, n)) continue;
      std::size_t bucket = 0;
      if (shape.buckets > 0) {
        const std::vector<double> far = along(b, head, round, n);
        bucket = static_cast<std::size_t>(
            std::max_element(far.begin(), far.end()) - far.begin());
      }
      rows.push_back({bucket, static_cast<std::uint32_t>(n)});
    }
    std::sort(rows.begin(), rows.end());
    std::vector<std::uint32_t> order;
    for (const auto& [bucket, row] : rows) order.push_back(row);
    return order;
  }

  void check() const {
    HashOrder<T> hash;
    Ledger ledger;
    hash.forward(shape, input, rotations, mask, ledger[Part::scores]);
    for (std::size_t b = 0; b < shape.batch; ++b) {
      for (std::size_t head = 0; head < shape.heads; ++head) {
        for (std::size_t round = 0; round < shape.rounds; ++round) {
          const auto expected = order(b, head, round);
          ASSERT_EQ(hash.shown(b), expected.size());
          const std::uint32_t* rows = hash.rows(b, head, round);
          EXPECT_EQ(std::vector(rows, rows + expected.size()), expected)
              << shape.rows << " rows in " << shape.buckets << " buckets";
        }
      }
    }
    EXPECT_EQ(ledger.counted()[Part::scores].macs,
              shape.batch * shape.rows * shape.heads * shape.rounds *
                  (shape.buckets / 2) * shape.channels);
  }
};

template <class T>
class HashOrderTest : public testing::Test {};
TYPED_TEST_SUITE(HashOrderTest, Scalars, ScalarNames);

TYPED_TEST(HashOrderTest, SortsByBucketThenPosition) {
  for (const std::size_t rows : kOddExtents) {
    for (const std::size_t buckets : {0, 2, 6, 64}) {
      for (const bool masked : {false, true}) {
        Case<TypeParam>({2, rows, 2, 5, 3, buckets}, masked).check();
      }
    }
  }
}

TYPED_TEST(HashOrderTest, ALengthChangesNoBucket) {
  Case<TypeParam> c({1, 193, 1, 8, 2, 16}, false);
  HashOrder<TypeParam> hash;
  Ledger ledger;
  hash.forward(c.shape, c.input, c.rotations, c.mask, ledger[Part::scores]);
  const std::vector before(hash.rows(0, 0, 1), hash.rows(0, 0, 1) + 193);
  for (TypeParam& value : c.input) value *= 4;
  hash.forward(c.shape, c.input, c.rotations, c.mask, ledger[Part::scores]);
  EXPECT_EQ(std::vector(hash.rows(0, 0, 1), hash.rows(0, 0, 1) + 193), before);
}

TYPED_TEST(HashOrderTest, RefusesWhatDoesNotBelongTogether) {
  Case<TypeParam> c({1, 9, 1, 4, 2, 6}, false);
  HashOrder<TypeParam> hash;
  Ledger ledger;
  for (const HashShape& wrong :
       {HashShape{1, 8, 1, 4, 2, 6}, HashShape{1, 9, 1, 4, 2, 5},
        HashShape{1, 9, 1, 4, 3, 6}}) {
    EXPECT_THROW(hash.forward(wrong, c.input, c.rotations, c.mask,
                              ledger[Part::scores]),
                 Error);
  }
}

}  // namespace
}  // namespace suite
