#include "experiments/ranks/handshake.h"

#include <gtest/gtest.h>

#include "primitives/exchange/rank_threads.h"
#include "support/check.h"

namespace suite {
namespace {

// What all ranks are told: the same, or a test fails.
std::string refusal(int ranks,
                    const std::function<void(Exchange&)>& handshake) {
  std::vector<std::string> said(ranks);
  run_ranks(ranks, [&](Exchange& exchange) {
    try {
      handshake(exchange);
    } catch (const Error& error) {
      said[exchange.rank()] = error.what();
    }
  });
  EXPECT_EQ(said, std::vector<std::string>(ranks, said[0]));
  return said[0];
}

TEST(Handshake, NamesWhoDiffersAndInWhat) {
  const auto shake = [](int odd, const std::string& definition,
                        const std::string& cpu,
                        const std::string& program = "p") {
    return refusal(4, [=](Exchange& exchange) {
      const bool is_odd = exchange.rank() == odd;
      const Identity mine = {{"the program", is_odd ? program : "p"},
                             {"the definition", is_odd ? definition : "d"},
                             {"the CPU", is_odd ? cpu : "c"}};
      require_alike(exchange, mine, fmt::format("node{}", exchange.rank()));
    });
  };
  EXPECT_EQ(shake(-1, "", ""), "");
  EXPECT_EQ(shake(2, "other", "c"),
            "rank 2 on node2 differs from rank 0 on node0 in the definition");
  EXPECT_EQ(
      shake(3, "", "a longer one"),
      "rank 3 on node3 differs from rank 0 on node0 in the definition and "
      "the CPU");
  EXPECT_EQ(shake(1, "d", "c", "q"),
            "rank 1 on node1 differs from rank 0 on node0 in the program");
  // The odd one out may be rank 0.
  EXPECT_EQ(shake(0, "d", ""),
            "rank 1 on node1 differs from rank 0 on node0 in the CPU");
}

TEST(Handshake, EveryThreadHasACpuOfItsOwn) {
  const auto room = [](const std::vector<Place>& places, int threads) {
    return refusal(static_cast<int>(places.size()), [&](Exchange& exchange) {
      require_room(exchange, places[exchange.rank()], threads);
    });
  };
  EXPECT_EQ(room({{"a", {0, 1}}, {"a", {2, 3}}}, 2), "");
  EXPECT_EQ(room({{"a", {0, 1}}, {"b", {0, 1}}}, 2), "");
  EXPECT_EQ(room({{"a", {0, 1}}, {"a", {2}}}, 2),
            "rank 1 on a is bound to 1 CPUs and has 2 threads");
  EXPECT_EQ(room({{"a", {0}}, {"a", {2, 3}}}, 2),
            "rank 0 on a is bound to 1 CPUs and has 2 threads");
  EXPECT_EQ(room({{"a", {0, 1}}, {"a", {1, 2}}}, 1),
            "ranks 0 and 1 on a are both bound to CPU 1");
  EXPECT_EQ(room({{"a", {0}}, {"a", {5, 11}}, {"a", {3, 11}}}, 1),
            "ranks 1 and 2 on a are both bound to CPU 11");
}

TEST(Handshake, APlaceHasAHostAndACpu) {
  const Place here = this_place();
  EXPECT_FALSE(here.host.empty());
  EXPECT_FALSE(here.cpus.empty());
}

}  // namespace
}  // namespace suite
