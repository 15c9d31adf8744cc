// Contestants that are sound but on rank 1, and there on full shapes alone.
#include "experiments/measurement/made_to_break.h"

namespace suite {
namespace {

enum class Breaks { refuses, answers_otherwise, miscounts };

// Answers zeros.
template <class T>
class BrokenOnRank1 {
 public:
  BrokenOnRank1(const Shape& shape, Breaks how) : shape_(shape), how_(how) {}

  struct Workspace {
    Tensor<T, 3> output;
    bool breaks = false;
  };
  Workspace workspace() const { return {}; }
  void share_out(Workspace& workspace, Exchange& exchange) const {
    workspace.breaks = exchange.rank() == 1 && shape_.N >= 500;
    require(!workspace.breaks || how_ != Breaks::refuses, "broken on purpose");
  }

  const Tensor<T, 3>& forward(const Tensor<T, 3>& input, const Mask&,
                              Workspace& workspace, Ledger& ledger) const {
    workspace.output.resize({input.shape(0), 1, 1});
    workspace.output.fill(T(0));
    if (workspace.breaks && how_ == Breaks::answers_otherwise) {
      workspace.output(0, 0, 0) = 1;
    }
    if (workspace.breaks && how_ == Breaks::miscounts) {
      ledger.add(Part::exchange, {.bytes_moved = 1});
    }
    return workspace.output;
  }
  void for_each_parameter(const ParameterVisitor<T>&) {}

 private:
  Shape shape_;
  Breaks how_;
};

Contestant broken(const std::string& name, Breaks how) {
  Contestant c = made_to_break<BrokenOnRank1>(name, how);
  c.facts.latents = true;
  c.cost = [](const Shape& s, const Options&, std::size_t scalar, int) {
    Cost cost;
    cost.bytes_held = scalar * s.batch * (s.N * s.C + 1);
    return cost;
  };
  c.rank_cost = [](const Shape& s, const Options&, const InputShare& share,
                   std::size_t scalar, int) {
    Cost cost;
    cost.bytes_held = scalar * s.batch * (share.inputs() * s.C + 1);
    return cost;
  };
  c.reference = [](const Shape& s, const Options&, const oracle::Parameters&,
                   const oracle::Array&, const oracle::Valid&) {
    return oracle::Array{{s.batch, 1, 1}, std::vector<double>(s.batch, 0)};
  };
  return c;
}

const Registration refuses(broken("refuses_on_rank_1", Breaks::refuses));
const Registration otherwise(broken("answers_otherwise_on_rank_1",
                                    Breaks::answers_otherwise));
const Registration miscounts(broken("miscounts_on_rank_1", Breaks::miscounts));

}  // namespace
}  // namespace suite
