// How inputs are shared out, and in which order what was seen of them is
// merged: along one tree, whose shape comes from the number of inputs alone. So
// answers have the same bits however many ranks and threads there are.
//
// Leaves are ranges of inputs, 2^k of them. A rank owns an aligned subtree, of
// which a unit of work is one again; what is left of a merge is always of lower
// inputs. Within a unit a binary counter merges what it can as soon as it can,
// so that log(ranges) states are alive; between ranks it is recursive doubling.
#pragma once

#include <cstddef>
#include <vector>

namespace suite {

struct RangeTree {
  std::size_t inputs = 0;
  std::size_t ranges = 1;  // 2^k, none of them empty

  // Where range 0 … ranges begins. They differ by one input at most.
  std::size_t first(std::size_t range) const {
    return range / ranges * inputs + range % ranges * inputs / ranges;
  }
  std::size_t longest() const { return (inputs + ranges - 1) / ranges; }
};

// Throws Error for no inputs.
RangeTree range_tree(std::size_t inputs);

// The inputs that one rank of several owns; ranks = 0: nothing is shared out,
// and no tree is followed.
struct InputShare {
  std::size_t rank = 0, ranks = 0;
  std::size_t all = 0;  // inputs of all ranks

  bool shared() const { return ranks > 0; }
  RangeTree tree() const { return range_tree(all); }
  std::size_t ranges() const { return tree().ranges / ranks; }  // own ones
  // Where its own range 0 … ranges() begins, among all inputs.
  std::size_t first(std::size_t range = 0) const {
    return tree().first(rank * ranges() + range);
  }
  std::size_t inputs() const { return first(ranges()) - first(); }
  InputShare of(std::size_t other) const { return {other, ranks, all}; }
  // The inputs of the longest share.
  std::size_t longest() const { return (all + ranks - 1) / ranks; }
  std::size_t rounds() const;  // of an exchange with all others: log2(ranks)

  bool operator==(const InputShare&) const = default;
};

// Throws Error unless `ranks` is a power of two, and there is a range for each.
InputShare share_of(std::size_t inputs, std::size_t rank, std::size_t ranks);

// Merges leaves of a subtree as they come: their states lie on a stack.
class BinaryCounter {
 public:
  // The state that the next leaf is to fill. The first 2^d leaves end in 0, and
  // need 0 … d.
  std::size_t slot() const { return slot_; }

  // The leaf is there: calls merge(left, right), slots whose right one is empty
  // from then on, for every pair that it completes.
  template <class Merge>
  void add(const Merge& merge) {
    for (std::size_t left = leaves_++; left % 2 == 1; left /= 2) {
      merge(slot_ - 1, slot_);
      --slot_;
    }
    ++slot_;
  }

 private:
  std::size_t leaves_ = 0, slot_ = 0;
};

// Merges the subtrees of 2^k ranks in whatever order they come, each as soon as
// that beside it is there: along the same tree. Their states lie in slots.
class ArrivingSubtrees {
 public:
  explicit ArrivingSubtrees(std::size_t ranks)
      : ranks_(ranks), slots_(2 * ranks, kNone) {}

  // The one that the next subtree is to fill.
  std::size_t slot() const;

  // Its rank's subtree is in slot(): calls merge(left, right), slots whose
  // right one is empty from then on, for every pair that it completes.
  template <class Merge>
  void add(std::size_t rank, const Merge& merge) {
    std::size_t node = ranks_ + rank;
    const std::size_t filled = slot();
    slots_[node] = filled;
    for (; node > 1 && slots_[node ^ 1] != kNone; node /= 2) {
      const std::size_t left = slots_[node & ~std::size_t{1}];
      merge(left, slots_[node | 1]);
      slots_[node] = slots_[node ^ 1] = kNone;
      slots_[node / 2] = left;
    }
  }
  // Where all of them are in the end.
  std::size_t root() const { return slots_[1]; }

 private:
  static constexpr std::size_t kNone = ~std::size_t{0};

  std::size_t ranks_;
  // Of each node of the tree that is there: the root is 1, what is below node n
  // 2n and 2n + 1.
  std::vector<std::size_t> slots_;
};

// The rank whose inputs are there at step 0 … ranks − 1, where each passes on
// to the next rank what it has.
inline std::size_t passing_by(const InputShare& share, std::size_t step) {
  return (share.rank + share.ranks - step) % share.ranks;
}
// How many slots ArrivingSubtrees need for subtrees that come in that order: at
// most 2·log2(ranks), or 1.
std::size_t slots_for_passing(const InputShare& share);

// Calls merge(left, right) for 2^k subtrees beside one another, until all is in
// 0: the tree above those that a BinaryCounter ended in.
template <class Merge>
void merge_subtrees(std::size_t subtrees, const Merge& merge) {
  for (std::size_t apart = 1; apart < subtrees; apart *= 2) {
    for (std::size_t left = 0; left < subtrees; left += 2 * apart) {
      merge(left, left + apart);
    }
  }
}

// Calls swap(partner, lower) for each round of recursive doubling: then both
// hold what either held, `lower` saying whether the partner's lies to the left.
template <class Swap>
void for_each_round(const InputShare& share, const Swap& swap) {
  for (std::size_t apart = 1; apart < share.ranks; apart *= 2) {
    const std::size_t partner = share.rank ^ apart;
    swap(partner, partner < share.rank);
  }
}

}  // namespace suite
