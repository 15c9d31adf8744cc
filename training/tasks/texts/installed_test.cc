// The texts as Debian has them, which the machine need not have: run by hand,
// after apt-get install manpages manpages-de manpages-es manpages-fr
// manpages-pl.
#include <gtest/gtest.h>

#include <cmath>

#include "training/tasks/tasks.h"
#include "training/tasks/testing.h"

namespace suite {
namespace {

// Naive Bayes on pairs of bytes: a fifth if labels did not go with texts.
TEST(Installed, LanguagesAreToldApartByPairsOfBytes) {
  const auto task = make_task("language");
  expect_a_task(*task);
  EXPECT_GT(task->size(Split::train), 50000u);
  EXPECT_GT(task->size(Split::test), 5000u);
  std::vector<std::vector<double>> counts(5, std::vector<double>(65536, 0.5));
  const auto each_pair = [&](const Examples& examples, std::size_t e,
                             const auto& act) {
    for (std::size_t i = 1; i < 64; ++i) {
      act(static_cast<std::size_t>(examples.input(e, i - 1, 0)) * 256 +
          static_cast<std::size_t>(examples.input(e, i, 0)));
    }
  };
  const Examples train = first_examples(*task, Split::train, 50000);
  for (std::size_t e = 0; e < train.labels.size(); ++e) {
    each_pair(train, e, [&](std::size_t pair) {
      ++counts[static_cast<std::size_t>(train.labels[e])][pair];
    });
  }
  const Examples test = first_examples(*task, Split::test, 5000);
  double right = 0;
  for (std::size_t e = 0; e < test.labels.size(); ++e) {
    std::vector<double> scores(5);
    for (std::size_t c = 0; c < 5; ++c) {
      each_pair(test, e, [&](std::size_t pair) {
        scores[c] += std::log(counts[c][pair]);
      });
    }
    right += std::max_element(scores.begin(), scores.end()) - scores.begin() ==
             test.labels[e];
  }
  const double share = right / static_cast<double>(test.labels.size());
  EXPECT_NEAR(share, 0.993, 0.005);
  // Sentences that end alike, of more than 80,000 windows.
  EXPECT_LT(shared_by_splits(*task, 100000), 10u);
  expect_a_task(*make_task("masked_bytes(bytes=512)"));
}

}  // namespace
}  // namespace suite
