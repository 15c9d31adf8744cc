// The buffers of a primitive, laid out once: the same lines give each its extents
// and answer how many bytes all of them hold.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "primitives/tensor.h"

namespace suite {

// What has buffers says so in one member,
//
//   void lay_out(…sizes…, Buffers& buffers) { buffers(tensor_, {rows, cols}); … }
//
// which depends on sizes alone: run to allocate, it makes room; run to count, it
// touches no tensor.
class Buffers {
 public:
  // Gives each tensor its extents, for a team of so many threads. One that has
  // them already allocates nothing.
  static Buffers allocating(int threads) { return Buffers(threads, true); }
  static Buffers counting(int threads) { return Buffers(threads, false); }

  template <class T, std::size_t rank>
  void operator()(Tensor<T, rank>& tensor,
                  const std::array<std::size_t, rank>& extents) {
    std::uint64_t bytes = sizeof(T);
    for (const std::size_t extent : extents) bytes *= extent;
    bytes_ += bytes;
    if (allocates_) tensor.resize(extents);
  }

  // lay_out(each, buffers) for the scratch of every thread, which are alike.
  template <class Scratch, class LayOut>
  void for_each_thread(std::vector<Scratch>& all, const LayOut& lay_out) {
    if (allocates_) {
      all.resize(threads_);
      for (Scratch& each : all) lay_out(each, *this);
      return;
    }
    Scratch one;
    Buffers of_one(1, false);
    lay_out(one, of_one);
    bytes_ += threads_ * of_one.bytes_;
  }

  std::size_t threads() const { return threads_; }
  std::uint64_t bytes() const { return bytes_; }

 private:
  Buffers(int threads, bool allocates)
      : threads_(static_cast<std::size_t>(threads)), allocates_(allocates) {}

  std::size_t threads_;
  bool allocates_;
  std::uint64_t bytes_ = 0;
};

// The bytes that a Workspace holds for these sizes once it is laid out.
template <class Workspace, class... Sizes>
std::uint64_t bytes_laid_out(int threads, const Sizes&... sizes) {
  Workspace empty;
  Buffers buffers = Buffers::counting(threads);
  empty.lay_out(sizes..., buffers);
  return buffers.bytes();
}

}  // namespace suite
