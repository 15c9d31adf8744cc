#include "primitives/efficient_attention/hashed/hashing.h"

#include <omp.h>

#include <algorithm>
#include <array>
#include <utility>

#include "primitives/panels/block_product.h"
#include "primitives/threads.h"
#include "support/check.h"

namespace suite {
namespace {

// buckets[width] ← of the rows on a panel's lanes.
template <class T, std::size_t vectors>
void hash_panel(MatrixView<const T> rotations, const T* panel, T* buckets) {
  const Vec<T> half(static_cast<T>(rotations.rows));
  Vec<T> furthest[vectors], bucket[vectors];
  for (std::size_t v = 0; v < vectors; ++v) {
    furthest[v] = Vec<T>(T(-1));
    bucket[v] = Vec<T>(T(0));
  }
  for_each_block(rotations.rows, [&](std::size_t first, auto count) {
    block_product<T, count(), vectors, LeftOrder::row_by_row>(
        rotations.row(first), rotations.stride, rotations.cols, panel,
        FromZero<T>(), [&](std::size_t r, std::size_t v, const Vec<T>& along) {
          const Vec<T> far = xsimd::abs(along);
          const Vec<T> index(static_cast<T>(first + r));
          const Vec<T> mine =
              xsimd::select(along < Vec<T>(T(0)), index + half, index);
          const auto further = far > furthest[v];
          furthest[v] = xsimd::select(further, far, furthest[v]);
          bucket[v] = xsimd::select(further, mine, bucket[v]);
        });
  });
  for (std::size_t v = 0; v < vectors; ++v) {
    store(buckets + v * kLanes<T>, bucket[v]);
  }
}

}  // namespace

template <class T>
void HashOrder<T>::lay_out(const HashShape& s, Buffers& buffers) {
  buffers(order_, {s.batch * s.heads * s.rounds, s.rows});
  if (s.buckets == 0) return;
  buffers.for_each_thread(scratch_, [&](Scratch& each, Buffers& own) {
    own(each.panel, {s.channels * kPanelWidth<T>});
    own(each.bucket_of, {s.rows});
    own(each.next_place, {s.buckets});
  });
}

template <class T>
void HashOrder<T>::prepare(const BatchView<const T>& input, const Mask& mask) {
  const HashShape& s = shape_;
  require(input.batch == s.batch && input.rows == s.rows &&
              input.cols == s.heads * s.channels,
          "hashing: the input is [{}, {}, {}], expected are [{}, {}, {}]",
          input.batch, input.rows, input.cols, s.batch, s.rows,
          s.heads * s.channels);
  require(s.buckets % 2 == 0 && s.buckets <= kMostBuckets,
          "hashing: {} buckets: must be even and at most {}", s.buckets,
          kMostBuckets);
  Buffers buffers = Buffers::allocating(threads());
  lay_out(s, buffers);
  shown_.resize(s.batch);
  for (std::size_t b = 0; b < s.batch; ++b) {
    shown_[b] = s.rows;
    if (mask.size() == 0) continue;
    const std::uint8_t* valid = &mask(b, 0);
    shown_[b] = static_cast<std::size_t>(std::count_if(
        valid, valid + s.rows, [](auto shown) { return shown != 0; }));
  }
}

template <class T>
void HashOrder<T>::sort(MatrixView<const T> rows,
                        MatrixView<const T> rotations,
                        const std::uint8_t* valid, Scratch& scratch,
                        std::uint32_t* order) const {
  const auto hidden = [&](std::size_t n) {
    return valid != nullptr && valid[n] == 0;
  };
  std::uint32_t* place = scratch.next_place.data();
  std::uint32_t* bucket_of = scratch.bucket_of.data();
  std::fill_n(place, shape_.buckets, 0u);
  for_each_panel<T>(rows.rows, [&](std::size_t first, auto vectors) {
    constexpr std::size_t kWidth = vectors() * kLanes<T>;
    alignas(64) std::array<T, kWidth> buckets;
    const std::size_t count = std::min(kWidth, rows.rows - first);
    pack_rows(rows.row_range(first, count), T(1), kWidth, scratch.panel.data());
    hash_panel<T, vectors()>(rotations, scratch.panel.data(), buckets.data());
    for (std::size_t i = 0; i < count; ++i) {
      bucket_of[first + i] = static_cast<std::uint32_t>(buckets[i]);
      if (!hidden(first + i)) ++place[bucket_of[first + i]];
    }
  });
  std::uint32_t before = 0;
  for (std::size_t bucket = 0; bucket < shape_.buckets; ++bucket) {
    before += std::exchange(place[bucket], before);
  }
  for (std::size_t n = 0; n < rows.rows; ++n) {
    if (hidden(n)) continue;
    order[place[bucket_of[n]]++] = static_cast<std::uint32_t>(n);
  }
}

template <class T>
void HashOrder<T>::forward(const HashShape& s, const BatchView<const T>& input,
                           const Tensor<T, 2>& rotations, const Mask& mask,
                           const Meter& meter) {
  shape_ = s;
  prepare(input, mask);
  const std::size_t units = s.batch * s.heads * s.rounds;
  const std::size_t along = s.buckets / 2;
  Work work{.bytes_moved = sizeof(std::uint32_t) * units * s.rows};
  if (s.buckets > 0) {
    require(rotations.shape(0) == s.rounds * along &&
                rotations.shape(1) == s.channels,
            "hashing: the rotations are [{}, {}], expected are [{}, {}]",
            rotations.shape(0), rotations.shape(1), s.rounds * along,
            s.channels);
    work.macs = units * s.rows * along * s.channels;
    work.bytes_moved +=
        sizeof(T) * (s.batch * s.rows * input.cols + rotations.size());
  }
  if (!meter.add(work)) return;
#pragma omp parallel for schedule(dynamic)
  for (std::size_t unit = 0; unit < units; ++unit) {
    const std::size_t round = unit % s.rounds, head = unit / s.rounds % s.heads;
    const std::size_t b = unit / s.rounds / s.heads;
    const std::uint8_t* valid = mask.size() == 0 ? nullptr : &mask(b, 0);
    std::uint32_t* order = &order_(unit, 0);
    if (s.buckets > 0) {
      sort(example(input, b).columns(head * s.channels, s.channels),
           matrix(rotations).row_range(round * along, along), valid,
           scratch_[omp_get_thread_num()], order);
      continue;
    }
    for (std::size_t n = 0; n < s.rows; ++n) {
      if (valid == nullptr || valid[n] != 0) {
        *order++ = static_cast<std::uint32_t>(n);
      }
    }
  }
}

template class HashOrder<float>;
template class HashOrder<double>;

}  // namespace suite
