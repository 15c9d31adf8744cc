// Weights that are used more often than they exist: sets of them, and which set
// each use takes.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace suite {

class WeightSets {
 public:
  WeightSets() = default;
  // set_of[use]: sets are numbered from 0, and each is used.
  explicit WeightSets(std::vector<std::size_t> set_of)
      : set_of_(std::move(set_of)) {}

  std::size_t uses() const { return set_of_.size(); }
  std::size_t sets() const {
    return uses() == 0 ? 0
                       : *std::max_element(set_of_.begin(), set_of_.end()) + 1;
  }
  std::size_t set_of(std::size_t use) const { return set_of_[use]; }
  std::size_t uses_of(std::size_t set) const {
    return static_cast<std::size_t>(
        std::count(set_of_.begin(), set_of_.end(), set));
  }

 private:
  std::vector<std::size_t> set_of_;
};

// `Layers` for each set, however often it is used.
template <class Layers>
class SharedLayers {
 public:
  // make(set) → its Layers.
  template <class Make>
  SharedLayers(const WeightSets& sets, const Make& make) : sets_(sets) {
    for (std::size_t set = 0; set < sets.sets(); ++set) {
      layers_.push_back(make(set));
    }
  }

  const Layers& of_use(std::size_t use) const {
    return layers_[sets_.set_of(use)];
  }
  Layers& of_use(std::size_t use) { return layers_[sets_.set_of(use)]; }
  std::vector<Layers>& sets() { return layers_; }

 private:
  WeightSets sets_;
  std::vector<Layers> layers_;  // one a set
};

}  // namespace suite
