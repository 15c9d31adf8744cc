#include "experiments/measurement/crew.h"

#include <set>

#include "contract/agreement.h"
#include "support/check.h"

namespace suite {

void check_answer(const Cell& cell, std::uint64_t seed, Exchange* exchange) {
  static std::set<std::string> passed;
  const Contestant& contestant = *cell.entry.contestant;
  const Options& options = cell.entry.options;
  const Shape small = small_shape(cell.shape, contestant, options);
  std::string key = cell.label() + cell.plan() + cell.scalar;
  for (const std::string_view name : kDimensions) {
    key += fmt::format("/{}", dimension(small, name));
  }
  if (passed.count(key) > 0) return;
  const bool trains = cell.phase != Phase::forward;
  const Agreement agreement =
      trains ? compare_gradient(contestant, small, options, seed, cell.keep)
      : cell.scalar == "float"
          ? compare_with_oracle<float>(contestant, small, options, seed,
                                       /*masked=*/false, exchange)
          : compare_with_oracle<double>(contestant, small, options, seed,
                                        /*masked=*/false, exchange);
  require(agreement.holds(),
          "differs from {} by {:.3g} where {:.3g} is allowed, at {}",
          trains ? "differences of the loss" : "the oracle", agreement.worst,
          agreement.allowed, key);
  passed.insert(key);
}

namespace {

class Alone : public Crew {
 public:
  void check(const Cell& cell, std::uint64_t seed) override {
    check_answer(cell, seed);
  }
  std::unique_ptr<LiveCell> make_live(const Cell& cell,
                                      std::uint64_t seed) override {
    return suite::make_live(cell, seed);
  }
};

}  // namespace

Crew& alone() {
  static Alone alone;
  return alone;
}

}  // namespace suite
