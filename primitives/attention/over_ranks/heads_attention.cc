#include "primitives/attention/over_ranks/heads_attention.h"

#include <algorithm>
#include <vector>

#include "primitives/attention/over_ranks/shapes.h"
#include "primitives/threads.h"

namespace suite {
namespace {

// Rows of [batch, tokens, width] that go to a rank or come from it.
template <class T>
using Parts = std::vector<MatrixView<T>>;

// `count` rows from `first` on of each example, and some of their columns.
template <class T>
void add_parts(const BatchView<T>& all, std::size_t first, std::size_t count,
               std::size_t column, std::size_t columns, Parts<T>& parts) {
  for (std::size_t b = 0; b < all.batch; ++b) {
    parts.push_back(
        example(all, b).row_range(first, count).columns(column, columns));
  }
}

template <class T>
std::size_t values_of(const Parts<T>& parts) {
  std::size_t values = 0;
  for (const auto& part : parts) values += part.rows * part.cols;
  return values;
}

// room ← the parts one after the other, or the parts ← room.
template <class T>
void pack(const Parts<const T>& parts, T* room) {
  for (const auto& part : parts) {
    for (std::size_t r = 0; r < part.rows; ++r, room += part.cols) {
      std::copy_n(part.row(r), part.cols, room);
    }
  }
}
template <class T>
void unpack(const T* room, const Parts<T>& parts) {
  for (const auto& part : parts) {
    for (std::size_t r = 0; r < part.rows; ++r, room += part.cols) {
      std::copy_n(room, part.cols, part.row(r));
    }
  }
}

}  // namespace

template <class T>
void HeadsAttention<T>::lay_out(const AttentionShape& own,
                                const InputShare& share, Buffers& buffers) {
  const AttentionShape read = heads_over_all<T>(own, share);
  const std::size_t qk = read.heads * read.qk_channels;
  const std::size_t v = read.heads * read.v_channels;
  buffers(queries_, {read.batch, read.queries, qk});
  buffers(keys_, {read.batch, read.keys, qk});
  buffers(values_, {read.batch, read.keys, v});
  buffers(mixed_, {read.batch, read.queries, v});
  const std::size_t most = read.batch * share.longest() * (2 * qk + v);
  buffers(sent_, {most});
  buffers(received_, {most});
  attention_.lay_out(read, buffers);
}

template <class T>
void HeadsAttention<T>::forward(const AttentionInputs<T>& own,
                                Tensor<T, 3>& output, Ledger& ledger) {
  const AttentionShape s = own.shape();
  require_own(own, share_);
  Buffers buffers = Buffers::allocating(threads());
  lay_out(s, share_, buffers);
  output.resize({s.batch, s.queries, s.heads * s.v_channels});
  const AttentionShape read = heads_over_all<T>(s, share_);
  const std::size_t qk = read.heads * read.qk_channels;
  const std::size_t v = read.heads * read.v_channels;
  // With each rank, and first with itself: `given` to it, `taken` from it.
  const auto for_each_rank = [&](const auto& given_to, const auto& taken_from) {
    for (std::size_t apart = 0; apart < share_.ranks; ++apart) {
      const std::size_t other = share_.rank ^ apart;
      const Parts<const T> given = given_to(other);
      const Parts<T> taken = taken_from(other);
      if (ledger.computes()) pack(given, sent_.data());
      const bool alone = other == share_.rank;
      if (!alone) {
        swap_values<T>(*exchange_, static_cast<int>(other),
                       {sent_.data(), values_of(given)},
                       {received_.data(), values_of(taken)}, ledger);
      }
      if (ledger.computes()) {
        unpack<T>(alone ? sent_.data() : received_.data(), taken);
      }
    }
  };
  // The heads of a rank are columns from rank·width on.
  for_each_rank(
      [&](std::size_t to) {
        Parts<const T> parts;
        add_parts(own.queries, 0, s.queries, to * qk, qk, parts);
        add_parts(own.keys, 0, s.keys, to * qk, qk, parts);
        add_parts(own.values, 0, s.keys, to * v, v, parts);
        return parts;
      },
      [&](std::size_t from) {
        const InputShare tokens = share_.of(from);
        const std::size_t first = tokens.first(), count = tokens.inputs();
        Parts<T> parts;
        add_parts<T>(queries_, first, count, 0, qk, parts);
        add_parts<T>(keys_, first, count, 0, qk, parts);
        add_parts<T>(values_, first, count, 0, v, parts);
        return parts;
      });
  attention_.forward({queries_, keys_, values_, no_mask(), read.heads,
                      /*key_heads=*/0, /*by_heads=*/false, read.key_ranges},
                     mixed_, ledger);
  for_each_rank(
      [&](std::size_t to) {
        const InputShare tokens = share_.of(to);
        Parts<const T> parts;
        add_parts<const T>(mixed_, tokens.first(), tokens.inputs(), 0, v,
                           parts);
        return parts;
      },
      [&](std::size_t from) {
        Parts<T> parts;
        add_parts<T>(output, 0, s.queries, from * v, v, parts);
        return parts;
      });
}

template class HeadsAttention<float>;
template class HeadsAttention<double>;

}  // namespace suite
