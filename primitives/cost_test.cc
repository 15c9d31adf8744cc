#include "primitives/cost.h"

#include <gtest/gtest.h>

#include <set>

namespace suite {
namespace {

constexpr Work kWork{.macs = 3, .logits = 5, .bytes_moved = 7, .seconds = 2};

bool same(const Cost& a, const Cost& b) {
  return a.parts == b.parts && a.bytes_held == b.bytes_held &&
         a.parameters == b.parameters;
}

TEST(Work, AMacIsTwoFlopsAndALogitThree) {
  EXPECT_EQ(kWork.flops(), 2u * 3 + 3 * 5);
  EXPECT_EQ(Work{.bytes_moved = 9}.flops(), 0u);
}

TEST(Work, AddsAllThatItCounts) {
  const Work sum =
      kWork + Work{.macs = 10, .logits = 20, .bytes_moved = 30, .seconds = 40};
  EXPECT_EQ(sum.macs, 13u);
  EXPECT_EQ(sum.logits, 25u);
  EXPECT_EQ(sum.bytes_moved, 37u);
  EXPECT_EQ(sum.seconds, 42);
}

TEST(Work, IsDoneManyTimes) {
  const Work work = 4 * kWork;
  EXPECT_EQ(work, kWork + kWork + kWork + kWork);
  EXPECT_EQ(work.seconds, 8);
  EXPECT_EQ(0 * kWork, Work());
}

TEST(Work, IsEqualIfItsCountsAre) {
  const auto differs = [](auto member) {
    Work other = kWork;
    other.*member += 1;
    return !(other == kWork);
  };
  EXPECT_TRUE(differs(&Work::macs));
  EXPECT_TRUE(differs(&Work::logits));
  EXPECT_TRUE(differs(&Work::bytes_moved));
  // Time is measured, and never twice the same.
  EXPECT_FALSE(differs(&Work::seconds));
}

// FLOPs of a large model exceed 32 bits by far.
TEST(Work, CountsBeyondFourBillion) {
  const Work work = (std::uint64_t{1} << 20) * Work{.macs = 1u << 20};
  EXPECT_EQ(work.flops(), std::uint64_t{1} << 41);
}

TEST(Cost, EveryPartHasANameOfItsOwn) {
  const std::set<std::string_view> names(kPartNames.begin(), kPartNames.end());
  EXPECT_EQ(names.size(), static_cast<std::size_t>(kParts));
  EXPECT_EQ(names.count(""), 0u);
  EXPECT_EQ(kPartNames[static_cast<int>(Part::input_projection)],
            "input_projection");
  EXPECT_EQ(kPartNames[static_cast<int>(Part::scores)], "scores");
  EXPECT_EQ(kPartNames[static_cast<int>(Part::mlp)], "mlp");
  EXPECT_EQ(kPartNames[static_cast<int>(Part::update)], "update");
  EXPECT_EQ(static_cast<int>(Part::exchange), kParts - 1);
}

TEST(Cost, KeepsEachPartApart) {
  Cost cost;
  cost[Part::scores].macs = 1;
  cost[Part::mlp].macs = 2;
  const Cost& constant = cost;
  EXPECT_EQ(constant[Part::scores].macs, 1u);
  EXPECT_EQ(constant[Part::mlp].macs, 2u);
  EXPECT_EQ(constant[Part::softmax], Work());
}

TEST(Cost, ItsTotalIsAllOfItsParts) {
  Cost cost;
  for (Work& part : cost.parts) part = kWork;
  cost.bytes_held = 1000;
  EXPECT_EQ(cost.total(), kParts * kWork);
  EXPECT_EQ(cost.total().seconds, kParts * 2);
  EXPECT_EQ(Cost().total(), Work());
}

TEST(Cost, AddsPartToPartAndWhatIsHeld) {
  Cost a, b;
  a[Part::scores] = kWork;
  a.bytes_held = 1;
  a.parameters = 2;
  b[Part::scores] = kWork;
  b[Part::mlp] = kWork;
  b.bytes_held = 10;
  b.parameters = 20;
  Cost expected;
  expected[Part::scores] = 2 * kWork;
  expected[Part::mlp] = kWork;
  expected.bytes_held = 11;
  expected.parameters = 22;
  EXPECT_TRUE(same(a + b, expected));
}

TEST(Cost, ManyTimesIsAsOftenAdded) {
  Cost cost;
  cost[Part::softmax] = kWork;
  cost.bytes_held = 5;
  cost.parameters = 6;
  EXPECT_TRUE(same(3 * cost, cost + cost + cost));
  EXPECT_TRUE(same(0 * cost, Cost()));
}

TEST(Ledger, BooksWorkUnderThePartOfItsMeter) {
  Ledger ledger;
  {
    const Meter scores = ledger[Part::scores];
    const Meter mlp = ledger[Part::mlp];
    EXPECT_TRUE(scores.add({.macs = 1}));
    EXPECT_TRUE(mlp.add({.macs = 10}));
    EXPECT_TRUE(scores.add({.macs = 2, .logits = 3}));
  }
  Cost expected;
  expected[Part::scores] = {.macs = 3, .logits = 3};
  expected[Part::mlp] = {.macs = 10};
  EXPECT_TRUE(same(ledger.counted(), expected));
}

TEST(Ledger, AMeterThatIsGivenNoWorkCountsNone) {
  Ledger ledger;
  ledger[Part::layer_norm];
  EXPECT_TRUE(same(ledger.counted(), Cost()));
}

TEST(Ledger, ThatOnlyCountsBooksTheSameAndWantsNoWork) {
  Ledger ledger(Ledger::Mode::count_only);
  EXPECT_FALSE(ledger.computes());
  EXPECT_TRUE(Ledger().computes());
  EXPECT_FALSE(ledger[Part::mlp].add({.macs = 10}));
  EXPECT_EQ(ledger.counted()[Part::mlp], Work{.macs = 10});
  EXPECT_EQ(ledger.counted()[Part::mlp].seconds, 0);  // of work not done
  ledger.clear();
  EXPECT_FALSE(ledger.computes());
}

TEST(Ledger, AddsWhatItIsTold) {
  Ledger ledger;
  ledger.add(Part::softmax, kWork);
  ledger.add(Part::softmax, kWork);
  EXPECT_EQ(ledger.counted()[Part::softmax], 2 * kWork);
  EXPECT_EQ(ledger.counted()[Part::softmax].seconds, 4);
  EXPECT_EQ(ledger.counted().total(), 2 * kWork);
}

TEST(Ledger, BeginsAnewWhenCleared) {
  Ledger ledger;
  ledger.add(Part::softmax, kWork);
  ledger.clear();
  EXPECT_TRUE(same(ledger.counted(), Cost()));
  EXPECT_EQ(ledger.counted().total().seconds, 0);
}

}  // namespace
}  // namespace suite
