#include "primitives/attention/over_ranks/gathered_attention.h"

#include "primitives/attention/over_ranks/shapes.h"
#include "primitives/threads.h"

namespace suite {

template <class T>
void GatheredAttention<T>::lay_out(const AttentionShape& own,
                                   const InputShare& share, Buffers& buffers) {
  const AttentionShape read = queries_over_all<T>(own, share);
  buffers(keys_, {read.batch, read.keys, read.heads * read.qk_channels});
  buffers(values_, {read.batch, read.keys, read.heads * read.v_channels});
  attention_.lay_out(read, buffers);
}

// Recursive doubling: after a round each rank has what its partner had.
template <class T>
void GatheredAttention<T>::gather(const BatchView<const T>& own,
                                  Tensor<T, 3>& all, Ledger& ledger) const {
  const std::size_t width = own.cols;
  const auto rows = [&](std::size_t b, std::size_t rank, std::size_t ranks) {
    const std::size_t first = share_.of(rank).first();
    return std::span<T>(&all(b, 0, 0) + first * width,
                        (share_.of(rank + ranks).first() - first) * width);
  };
  for (std::size_t b = 0; b < own.batch && ledger.computes(); ++b) {
    const MatrixView<const T> mine = example(own, b);
    std::copy_n(mine.data, mine.rows * width, rows(b, share_.rank, 1).data());
  }
  std::size_t held = 1;  // ranks whose rows are here
  for_each_round(share_, [&](std::size_t partner, bool) {
    for (std::size_t b = 0; b < own.batch; ++b) {
      swap_values<T>(*exchange_, static_cast<int>(partner),
                     rows(b, share_.rank / held * held, held),
                     rows(b, partner / held * held, held), ledger);
    }
    held *= 2;
  });
}

template <class T>
void GatheredAttention<T>::forward(const AttentionInputs<T>& own,
                                   Tensor<T, 3>& output, Ledger& ledger) {
  const AttentionShape s = own.shape();
  require_own(own, share_);
  Buffers buffers = Buffers::allocating(threads());
  lay_out(s, share_, buffers);
  gather(own.keys, keys_, ledger);
  gather(own.values, values_, ledger);
  attention_.forward({own.queries, keys_, values_, no_mask(), s.heads,
                      /*key_heads=*/0, /*by_heads=*/false,
                      queries_over_all<T>(s, share_).key_ranges},
                     output, ledger);
}

template class GatheredAttention<float>;
template class GatheredAttention<double>;

}  // namespace suite
