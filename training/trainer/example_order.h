// Which examples each step learns from.
#pragma once

#include <cstdint>
#include <vector>

namespace suite {

// Every epoch goes through all examples once, in an order of its own that `seed`
// draws; what is left of it goes before the next, so that each batch is full.
// A step's examples are a function of its number alone: who goes on in the
// middle needs nothing but that. Where there are more examples than can be
// listed, they come in order.
class ExampleOrder {
 public:
  // Throws Error unless there are examples, and at least as many as a batch.
  ExampleOrder(std::uint64_t examples, std::size_t batch, std::uint64_t seed);

  // The numbers of the examples of step 0, 1, …; they live until the next call.
  // Cost: O(batch), and O(examples) once an epoch.
  const std::vector<std::uint64_t>& of_step(std::uint64_t step);

 private:
  static constexpr std::uint64_t kMostListed = std::uint64_t{1} << 26;

  void draw(std::uint64_t epoch);

  std::uint64_t examples_;
  std::size_t batch_;
  std::uint64_t seed_;
  std::uint64_t epoch_ = ~std::uint64_t{0};  // that order_ is of
  std::vector<std::uint32_t> order_;
  std::vector<std::uint64_t> numbers_;
};

}  // namespace suite
