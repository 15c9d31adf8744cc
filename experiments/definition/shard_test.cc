#include "experiments/definition/shard.h"

#include <gtest/gtest.h>

#include "support/check.h"

namespace suite {
namespace {

TEST(Shard, IsReadFromText) {
  const Shard shard = shard_from("--shard", "2/8");
  EXPECT_EQ(shard.index, 2);
  EXPECT_EQ(shard.of, 8);
  for (const char* text : {"3/2", "2/2", "a/b", "0/0", "", "/", "1", "1/", "/2",
                           "-1/2", "0/2/3", " 0/2", "0/10001"}) {
    try {
      shard_from("--shard", text);
      ADD_FAILURE() << text << " is taken";
    } catch (const Error& refusal) {
      EXPECT_EQ(
          std::string(refusal.what()).rfind(std::string("--shard ") + text, 0),
          0u)
          << refusal.what();
    }
  }
}

TEST(Shard, CountsItsOwn) {
  for (int of = 1; of < 6; ++of) {
    for (int repetitions = 0; repetitions < 12; ++repetitions) {
      for (int index = 0; index < of; ++index) {
        int own = 0;
        for (int r = 0; r < repetitions; ++r) own += r % of == index ? 1 : 0;
        EXPECT_EQ((Shard{index, of}).count(repetitions), own)
            << index << "/" << of << " of " << repetitions;
      }
    }
  }
}

}  // namespace
}  // namespace suite
