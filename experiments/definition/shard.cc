#include "experiments/definition/shard.h"

#include "support/check.h"
#include "support/quantities.h"

namespace suite {
namespace {

constexpr std::uint64_t kMostShards = 10'000;

}  // namespace

Shard shard_from(const std::string& option, const std::string& text) {
  const auto slash = text.find('/');
  try {
    require(slash != std::string::npos, "no slash");
    const std::uint64_t of =
        whole_from(option, text.substr(slash + 1), 1, kMostShards);
    const std::uint64_t index =
        whole_from(option, text.substr(0, slash), 0, of - 1);
    return {static_cast<int>(index), static_cast<int>(of)};
  } catch (const Error&) {
    throw Error(fmt::format(
        "{} {}: allowed is i/n, the i-th of n shards, counted from 0, with n "
        "up to {}: 0/2 and 1/2",
        option, text, kMostShards));
  }
}

}  // namespace suite
