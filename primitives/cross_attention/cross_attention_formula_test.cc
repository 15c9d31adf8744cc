// Which exact rewrite is taken for which shape, by multiply-adds counted by hand.
#include "primitives/cross_attention/cross_attention_formula.h"

#include <gtest/gtest.h>

namespace suite::formula {
namespace {

constexpr AttentionForm kForm = AttentionForm::streaming;

// 16 latents of 32 channels read 1,000 inputs of 32.
CrossAttentionShape shape(std::size_t heads) {
  return {1, 16, 1000, 32, 32, 32, heads};
}

std::uint64_t macs(const CrossAttentionShape& s, const CrossAttentionPlan& plan,
                   std::size_t uses) {
  return cross_attention(s, 32, plan, uses, Bias::with, kForm, 4, 1).total().macs;
}

constexpr std::uint64_t kQueries = 16 * 32 * 32;
constexpr std::uint64_t kProjection = 1000 * 32 * 32;  // of keys, or of values
constexpr std::uint64_t kProduct = 16 * 1000 * 32;     // scores, or weighted sum
constexpr std::uint64_t kFold = 16 * 32 * 32;

TEST(Read, CostsWhatItsPlanSays) {
  const std::uint64_t written = kQueries + 2 * kProjection + 2 * kProduct;
  EXPECT_EQ(macs(shape(1), {}, 1), written);
  EXPECT_EQ(macs(shape(4), {}, 1), written) << "heads share the channels";
  EXPECT_EQ(macs(shape(1), {}, 3), 3 * written);
  EXPECT_EQ(macs(shape(1), {.fold_keys = true}, 1),
            written - kProjection + kFold);
  EXPECT_EQ(macs(shape(4), {.fold_values = true}, 1),
            written - kProjection + kFold + 3 * kProduct)
      << "every head weighs all channels";
  EXPECT_EQ(macs(shape(4), {.keep = true}, 3),
            2 * kProjection + 3 * (kQueries + 2 * kProduct));
}

// Of the parts that grow with N, and of the folds that don't.
TEST(Backward, CostsWhatItsPlanSays) {
  const auto macs_of = [](std::size_t heads, const CrossAttentionPlan& plan,
                          bool d_inputs) {
    const Cost cost = cross_attention_backward(shape(heads), 32, plan, 1, kForm,
                                               d_inputs, 4, 1);
    return cost[Part::key_value_projection].macs + cost[Part::scores].macs +
           cost[Part::weighted_sum].macs;
  };
  const CrossAttentionPlan folded{.fold_keys = true, .fold_values = true};
  EXPECT_EQ(macs_of(1, {}, false), 4 * kProjection + 5 * kProduct);
  EXPECT_EQ(macs_of(4, {}, true), 6 * kProjection + 5 * kProduct);
  EXPECT_EQ(macs_of(1, folded, false), 3 * kProduct + 5 * kFold)
      << "forward's two products, and one more";
  EXPECT_EQ(macs_of(4, folded, false), 4 * 3 * kProduct + 5 * kFold)
      << "every head weighs all channels";
  EXPECT_EQ(macs_of(1, folded, true), 5 * kProduct + 5 * kFold);
  EXPECT_EQ(macs_of(1, {.fold_keys = true}, false),
            2 * kProjection + 4 * kProduct + 3 * kFold);
  EXPECT_EQ(macs_of(1, {.fold_values = true}, false),
            2 * kProjection + 4 * kProduct + 2 * kFold);
  EXPECT_EQ(macs_of(1, {.keep = true}, false), macs_of(1, {}, false))
      << "what was kept is made again";
}

TEST(CheapestPlan, FoldsForOneHead) {
  EXPECT_EQ(cheapest_plan(shape(1), 1, kForm, 4).text(),
            "fold_keys+fold_values");
  EXPECT_EQ(cheapest_plan(shape(1), 5, kForm, 4).text(),
            "fold_keys+fold_values");
}

TEST(CheapestPlan, FollowsTheDefinitionWhereNothingIsSaved) {
  CrossAttentionShape many_latents = shape(4);
  many_latents.latents = 64;
  EXPECT_EQ(cheapest_plan(many_latents, 1, kForm, 4).text(), "as_written");
}

TEST(CheapestPlan, KeepsWhatIsUsedAgain) {
  CrossAttentionShape many_latents = shape(4);
  many_latents.latents = 64;
  EXPECT_EQ(cheapest_plan(many_latents, 2, kForm, 4).text(), "keep");
  // One input more, and keys and values take more than may be kept.
  many_latents.inputs = kMostKeptBytes / (4 * 64);
  EXPECT_EQ(cheapest_plan(many_latents, 2, kForm, 4).text(), "keep");
  ++many_latents.inputs;
  EXPECT_EQ(cheapest_plan(many_latents, 2, kForm, 4).text(), "as_written");
}

TEST(CheapestPlan, FoldsNothingThatIsMaterialised) {
  EXPECT_EQ(cheapest_plan(shape(1), 1, AttentionForm::materialised, 4).text(),
            "as_written");
  EXPECT_EQ(cheapest_plan(shape(1), 2, AttentionForm::materialised, 4).text(),
            "keep");
}

}  // namespace
}  // namespace suite::formula
