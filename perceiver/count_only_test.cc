// A large model is counted by its shapes alone.
#include <gtest/gtest.h>

#include "contract/registry.h"
#include "primitives/memory.h"
#include "primitives/threads.h"

namespace suite {
namespace {

// The ImageNet Perceiver (Jaegle et al. 2021, §4.1) without shared weights: 325
// million parameters.
constexpr Shape kImageNet{.N = 50176, .M = 512, .B = 8, .C = 261, .D = 1024,
                          .H = 8, .L = 6};

TEST(CountOnly, TheImageNetPerceiverNeedsHardlyAnyMemory) {
  const Entry entry = find_contestant("perceiver(sharing=none, cross_heads=1)");
  const Cost declared = entry.contestant->cost(kImageNet, entry.options,
                                               sizeof(float), threads());
  const std::int64_t before = resident_bytes();
  const auto encoder = entry.contestant->make<float>(kImageNet, entry.options);
  const auto workspace = encoder->workspace();
  Tensor<float, 3> input;
  input.resize({kImageNet.batch, kImageNet.N, kImageNet.C});
  Ledger ledger(Ledger::Mode::count_only);
  const Tensor<float, 3>& output =
      encoder->forward(input, {}, *workspace, ledger);
  const std::int64_t grown = resident_bytes() - before;

  EXPECT_EQ(ledger.counted().parts, declared.parts);
  EXPECT_EQ(output.shape(1), kImageNet.M);
  EXPECT_EQ(output.shape(2), kImageNet.D);
  std::uint64_t parameters = 0;
  encoder->for_each_parameter(
      [&](const Parameter<float>& p) { parameters += p.values.size(); });
  EXPECT_EQ(parameters, declared.parameters);
  EXPECT_GT(declared.bytes_held, std::uint64_t{1} << 30);
  EXPECT_LT(grown, 64 << 20);
}

}  // namespace
}  // namespace suite
