// Rows in the order of a hash: near ones lie side by side (angular LSH, Andoni et
// al. 2015; Kitaev et al. 2020, §2).
#pragma once

#include <cstdint>
#include <vector>

#include "primitives/buffers.h"
#include "primitives/cost.h"
#include "primitives/tensor.h"

namespace suite {

struct HashShape {
  std::size_t batch = 1;
  std::size_t rows = 0;  // N
  std::size_t heads = 1;
  std::size_t channels = 0;  // of one head, d
  std::size_t rounds = 1;    // hashes, each with rotations of its own
  std::size_t buckets = 0;   // of one hash, even; 0: none, rows as they stand
};

// Buckets are told apart as floating-point lanes.
inline constexpr std::size_t kMostBuckets = std::size_t{1} << 20;

template <class T>
class HashOrder {
 public:
  // For each head and round, the rows of an example that its mask shows, sorted
  // by bucket and, within one, by position. The bucket of x is the argmax of
  // [Rx; −Rx], whatever the length of x; all heads share rotations[rounds·
  // buckets/2, d]. input[batch, N, heads·d]. The bits don't depend on the number
  // of threads.
  // Cost: N·rounds·(buckets/2)·d MACs a head; to sort is O(N + buckets), without
  // MACs.
  void forward(const HashShape& shape, const BatchView<const T>& input,
               const Tensor<T, 2>& rotations, const Mask& mask,
               const Meter& meter);

  // The first shown(example) of them are rows, in their order.
  const std::uint32_t* rows(std::size_t example, std::size_t head,
                            std::size_t round) const {
    return &order_((example * shape_.heads + head) * shape_.rounds + round, 0);
  }
  std::size_t shown(std::size_t example) const { return shown_[example]; }

  void lay_out(const HashShape& shape, Buffers& buffers);

 private:
  struct Scratch {
    Tensor<T, 1> panel;                   // [d, panel]
    Tensor<std::uint32_t, 1> bucket_of;   // [N]
    Tensor<std::uint32_t, 1> next_place;  // [buckets]
  };

  void prepare(const BatchView<const T>& input, const Mask& mask);
  void sort(MatrixView<const T> rows, MatrixView<const T> rotations,
            const std::uint8_t* valid, Scratch& scratch,
            std::uint32_t* order) const;

  HashShape shape_;
  Tensor<std::uint32_t, 2> order_;  // [batch·heads·rounds, N]
  std::vector<std::size_t> shown_;  // [batch]
  std::vector<Scratch> scratch_;    // one a thread
};

}  // namespace suite
