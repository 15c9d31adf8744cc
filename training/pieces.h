// All parameters of a model as one list, cut into fixed pieces: threads share
// many small tensors and few large ones alike, and what is summed over pieces
// and merged in their order has the same bits for every number of threads.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "contract/encoder.h"
#include "primitives/parameter.h"

namespace suite {

// In the order of the visit. The values stay the model's.
template <class T>
std::vector<Parameter<T>> parameters_of(Encoder<T>& model);

// Values [first, first + count) of one tensor.
struct Piece {
  std::size_t tensor = 0;
  std::size_t first = 0;
  std::size_t count = 0;
};

class Pieces {
 public:
  // Small enough for the caches with all that an update reads beside it.
  static constexpr std::size_t kMost = 4096;

  Pieces() = default;
  explicit Pieces(std::span<const std::size_t> sizes);  // of the tensors
  template <class T>
  explicit Pieces(std::span<const Parameter<T>> parameters);

  std::size_t size() const { return pieces_.size(); }

  // f(index, piece) for each, on all threads; a thread takes neighbours.
  template <class F>
  void for_each(const F& f) const {
    const std::size_t groups = groups_.size() - 1;
#pragma omp parallel for schedule(static)
    for (std::size_t group = 0; group < groups; ++group) {
      for (std::size_t i = groups_[group]; i < groups_[group + 1]; ++i) {
        f(i, pieces_[i]);
      }
    }
  }

  // sums[tensor] ← Σ of_pieces[index] over the tensor's pieces, in order.
  void merge(std::span<const double> of_pieces, std::span<double> sums) const;

 private:
  std::vector<Piece> pieces_;
  // Where each group of pieces begins, and where the last ends: small tensors
  // are handed out together.
  std::vector<std::size_t> groups_ = {0};
};

}  // namespace suite
