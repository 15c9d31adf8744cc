#include "primitives/cross_attention/one_pass_backward.h"

#include <omp.h>

#include <algorithm>

#include "primitives/panels/caches.h"
#include "primitives/panels/parallel_product.h"
#include "primitives/panels/transposed_product.h"
#include "primitives/threads.h"
#include "support/check.h"

namespace suite {
namespace {

// The sums of all ranges stay within so many bytes, but there are at least so
// many ranges.
constexpr std::size_t kMostBytesOfSums = std::size_t{64} << 20;
constexpr std::size_t kLeastRanges = 4;

// The first `count` rows of one head's columns, side by side.
template <class T>
const T* head_of(const Tensor<T, 2>& all, std::size_t count, std::size_t head,
                 std::size_t width, Tensor<T, 1>& room) {
  return shown_rows<T>(
             matrix(all).row_range(0, count).columns(head * width, width),
             nullptr, room.data())
      .rows;
}

// all[…, columns of a head] ← rows that are padded to whole vectors.
template <class T>
void to_head(const Tensor<T, 1>& rows, std::size_t count, std::size_t head,
             std::size_t width, Tensor<T, 2>& all) {
  for (std::size_t r = 0; r < count; ++r) {
    copy_row(rows.data() + r * padded<T>(width), width, &all(r, head * width));
  }
}

}  // namespace

template <class T>
OnePassCuts one_pass_backward_cuts(const CrossAttentionShape& s) {
  OnePassCuts cuts = one_pass_cuts<T>(s);
  const std::size_t sums =
      s.batch * s.channels * (s.qk_channels + s.v_channels) * sizeof(T);
  while (cuts.ranges > kLeastRanges && cuts.ranges * sums > kMostBytesOfSums) {
    cuts.range *= 2;
    cuts.ranges = divide_up(s.inputs, cuts.range);
  }
  cuts.tile = std::min(cuts.range, even_part(cuts.range, depth_tile<T>()));
  return cuts;
}

template <class T>
struct OnePassBackward<T>::Steps {
  AttentionSteps attention;
  Ticks layer_norm = 0, projection = 0;
  std::size_t inputs = 0;  // that were read

  Steps& operator+=(const Steps& other) {
    attention += other.attention;
    layer_norm += other.layer_norm;
    projection += other.projection;
    inputs += other.inputs;
    return *this;
  }
};

template <class T>
void OnePassBackward<T>::lay_out(const CrossAttentionShape& s, bool d_inputs,
                                 Buffers& buffers) {
  const OnePassCuts cuts = one_pass_backward_cuts<T>(s);
  const std::size_t qk = s.qk_channels / s.heads, v = s.v_channels / s.heads;
  buffers.for_each_thread(scratch_, [&](Scratch& each, Buffers& own) {
    own(each.standard, {cuts.tile, s.channels});
    own(each.inverse, {cuts.tile});
    own(each.keys, {cuts.tile, s.qk_channels});
    own(each.values, {cuts.tile, s.v_channels});
    own(each.head_keys, {cuts.tile * qk});
    own(each.head_values, {cuts.tile * v});
    own(each.head_d_keys, {cuts.tile * padded<T>(qk)});
    own(each.head_d_values, {cuts.tile * padded<T>(v)});
    own(each.d_keys, {cuts.tile, s.qk_channels});
    own(each.d_values, {cuts.tile, s.v_channels});
    own(each.d_standard, {d_inputs ? cuts.tile : 0, s.channels});
    own(each.panel, {kMostDepth * kPanelWidth<T>});
    each.room.lay_out(cuts.tile, own);
  });
  buffers(key_weight_, {s.channels, s.qk_channels});
  buffers(value_weight_, {s.channels, s.v_channels});
  buffers(key_bias_, {s.qk_channels});
  buffers(value_bias_, {s.v_channels});
  key_.lay_out(s.channels, s.qk_channels, buffers);
  value_.lay_out(s.channels, s.v_channels, buffers);
  const std::size_t units = s.batch * cuts.ranges;
  buffers(packed_,
          {s.batch, s.heads, BackwardQueries<T>::size(s.latents, qk, v)});
  buffers(d_queries_, {units, s.heads, padded<T>(s.latents) * qk});
  buffers(d_key_, {units, s.channels, s.qk_channels});
  buffers(d_value_, {units, s.channels, s.v_channels});
  buffers(d_value_sum_, {units, s.v_channels});
}

template <class T>
void OnePassBackward<T>::fold_norm(const InputMaps<T>& maps, bool key_bias) {
  const auto fold = [&](const Linear<T>& map, bool with_bias,
                        Tensor<T, 2>& weight, Tensor<T, 1>& bias) {
    for (std::size_t f = 0; f < map.out(); ++f) {
      bias(f) = with_bias && map.bias.size() > 0 ? map.bias(f) : T(0);
    }
    for (std::size_t c = 0; c < map.in(); ++c) {
      const bool normed = maps.norm != nullptr;
      const T scale = normed ? maps.norm->scale(c) : T(1);
      const T offset = normed ? maps.norm->offset(c) : T(0);
      for (std::size_t f = 0; f < map.out(); ++f) {
        weight(c, f) = scale * map.weight(c, f);
        bias(f) += offset * map.weight(c, f);
      }
    }
  };
  fold(*maps.key, key_bias, key_weight_, key_bias_);
  fold(*maps.value, true, value_weight_, value_bias_);
  key_.pack(matrix(key_weight_));
  value_.pack(matrix(value_weight_));
}

template <class T>
void OnePassBackward<T>::read_range(const CrossAttentionShape& s,
                                    const OnePassCuts& cuts,
                                    const Sources& from, std::size_t unit,
                                    Tensor<T, 3>* d_inputs, Scratch& scratch,
                                    Steps& steps) {
  const std::size_t b = unit / cuts.ranges;
  const std::size_t begin = unit % cuts.ranges * cuts.range;
  const std::size_t end = std::min(begin + cuts.range, s.inputs);
  const std::size_t qk = s.qk_channels / s.heads, v = s.v_channels / s.heads;
  const std::size_t C = s.channels;
  const MatrixView<T> d_key{&d_key_(unit, 0, 0), C, s.qk_channels,
                            s.qk_channels};
  const MatrixView<T> d_value{&d_value_(unit, 0, 0), C, s.v_channels,
                              s.v_channels};
  TickClock clock;
  std::fill_n(&d_queries_(unit, 0, 0), s.heads * d_queries_.shape(2), T(0));
  std::fill_n(d_key.data, C * s.qk_channels, T(0));
  std::fill_n(d_value.data, C * s.v_channels, T(0));
  T* const d_value_sum = &d_value_sum_(unit, 0);
  std::fill_n(d_value_sum, s.v_channels, T(0));
  const MatrixView<const T> inputs = example(from.inputs, b);
  for (std::size_t n = begin; n < end; n += cuts.tile) {
    const std::size_t most = std::min(cuts.tile, end - n);
    const std::uint8_t* valid =
        from.mask.size() == 0 ? nullptr : &from.mask(b, n);
    std::size_t count = 0;
    for (std::size_t r = 0; r < most; ++r) {
      if (valid != nullptr && valid[r] == 0) continue;
      T* to = &scratch.standard(count, 0);
      if (from.maps.norm != nullptr) {
        scratch.inverse(count) = standardise_row(inputs.row(n + r), C, to);
      } else {
        copy_row(inputs.row(n + r), C, to);
      }
      ++count;
    }
    steps.inputs += count;
    clock.lap(steps.layer_norm);
    if (count == 0) continue;
    const auto first_rows = [count](auto& all) {
      return matrix(all).row_range(0, count);
    };
    const MatrixView<const T> standard = first_rows(scratch.standard);
    key_.multiply(standard, key_bias_.data(), first_rows(scratch.keys));
    value_.multiply(standard, value_bias_.data(), first_rows(scratch.values));
    clock.lap(steps.projection);
    for (std::size_t h = 0; h < s.heads; ++h) {
      const HeadTile<T> tile{
          head_of(scratch.keys, count, h, qk, scratch.head_keys),
          head_of(scratch.values, count, h, v, scratch.head_values), count, qk,
          v};
      std::fill(scratch.head_d_keys.begin(), scratch.head_d_keys.end(), T(0));
      std::fill(scratch.head_d_values.begin(), scratch.head_d_values.end(),
                T(0));
      clock.lap(steps.attention.scores);
      backward_tile<T>(
          tile, BackwardQueries<T>(&packed_(b, h, 0), s.latents, qk, v),
          &d_queries_(unit, h, 0),
          {scratch.head_d_keys.data(), scratch.head_d_values.data()},
          scratch.room, steps.attention, clock);
      to_head(scratch.head_d_keys, count, h, qk, scratch.d_keys);
      to_head(scratch.head_d_values, count, h, v, scratch.d_values);
      clock.lap(steps.attention.scores);
    }
    const MatrixView<const T> d_keys = first_rows(scratch.d_keys);
    const MatrixView<const T> d_values = first_rows(scratch.d_values);
    add_transposed_tile(standard, d_keys, d_key, scratch.panel.data());
    add_transposed_tile(standard, d_values, d_value, scratch.panel.data());
    for (std::size_t r = 0; r < count; ++r) {
      for (std::size_t f = 0; f < s.v_channels; ++f) {
        d_value_sum[f] += d_values.row(r)[f];
      }
    }
    if (d_inputs == nullptr) {
      clock.lap(steps.projection);
      continue;
    }
    const MatrixView<T> d_standard = first_rows(scratch.d_standard);
    serial_product<T>(d_keys, {matrix(key_weight_), /*transpose=*/true},
                      d_standard, AsItIs<T>());
    serial_product<T>(d_values, {matrix(value_weight_), /*transpose=*/true},
                      d_standard, AsItIs<T>(), /*onto=*/true);
    clock.lap(steps.projection);
    const MatrixView<T> to = example(*d_inputs, b);
    for (std::size_t r = 0, i = 0; r < most; ++r) {
      if (valid != nullptr && valid[r] == 0) continue;
      T* const row = to.row(n + r);
      if (from.maps.norm != nullptr) {
        standardise_row_backward(standard.row(i), d_standard.row(i),
                                 scratch.inverse(i), C, row);
      } else {
        for (std::size_t c = 0; c < C; ++c) row[c] += d_standard.row(i)[c];
      }
      ++i;
    }
    clock.lap(steps.layer_norm);
  }
}

// The sums of all ranges, in their order, become the gradients of the maps.
template <class T>
void OnePassBackward<T>::unfold_norm(const OnePassCuts& cuts,
                                     const CrossAttentionShape& s,
                                     const InputMaps<T>& maps,
                                     const InputMapGradients<T>& gradients) {
  const std::size_t units = s.batch * cuts.ranges;
  const auto add_up = [units](T* first, std::size_t count) {
#pragma omp parallel for schedule(static)
    for (std::size_t i = 0; i < count; ++i) {
      for (std::size_t unit = 1; unit < units; ++unit) {
        first[i] += first[unit * count + i];
      }
    }
  };
  add_up(d_key_.data(), s.channels * s.qk_channels);
  add_up(d_value_.data(), s.channels * s.v_channels);
  add_up(d_value_sum_.data(), s.v_channels);
  const T* sums = d_value_sum_.data();
  for (std::size_t f = 0; f < gradients.value->bias.size(); ++f) {
    gradients.value->bias(f) += sums[f];
  }
#pragma omp parallel for schedule(static)
  for (std::size_t c = 0; c < s.channels; ++c) {
    const bool normed = maps.norm != nullptr;
    const T scale = normed ? maps.norm->scale(c) : T(1);
    const T offset = normed ? maps.norm->offset(c) : T(0);
    T d_scale = 0, d_offset = 0;
    for (std::size_t f = 0; f < s.qk_channels; ++f) {
      const T g = d_key_(0, c, f);
      gradients.key->weight(c, f) += scale * g;
      d_scale += maps.key->weight(c, f) * g;
    }
    for (std::size_t f = 0; f < s.v_channels; ++f) {
      const T g = d_value_(0, c, f), weight = maps.value->weight(c, f);
      gradients.value->weight(c, f) += scale * g + offset * sums[f];
      d_scale += weight * g;
      d_offset += weight * sums[f];
    }
    if (!normed) continue;
    gradients.norm->scale(c) += d_scale;
    gradients.norm->offset(c) += d_offset;
  }
}

template <class T>
void OnePassBackward<T>::book(const CrossAttentionShape& s, const Steps& steps,
                              bool d_inputs, const TickScale& scale,
                              Ledger& ledger) const {
  const double share = scale.seconds_per_tick() / threads();
  const std::size_t C = s.channels, width = s.qk_channels + s.v_channels;
  const std::size_t read = sizeof(T) * steps.inputs * C * (d_inputs ? 3 : 1);
  // The norm's way into the maps and its own gradients: β·Wk, β·Wv, Wk∘Gk,
  // Wv∘Gv and Wv·Σ dV.
  const std::size_t of_norm = s.normed ? C * (2 * width + s.v_channels) : 0;
  ledger.add(Part::layer_norm,
             {.macs = of_norm,
              .bytes_moved = s.normed ? read : 0,
              .seconds = share * static_cast<double>(steps.layer_norm)});
  ledger.add(Part::key_value_projection,
             {.macs = (d_inputs ? 3 : 2) * steps.inputs * C * width,
              .bytes_moved = (s.normed ? 0 : read) + 3 * sizeof(T) * C * width,
              .seconds = share * static_cast<double>(steps.projection)});
  book_attention_backward(steps.attention,
                          {s.batch, s.latents, s.inputs, s.heads,
                           s.qk_channels / s.heads, s.v_channels / s.heads},
                          /*keys_read=*/0, sizeof(T), scale, ledger);
}

template <class T>
void OnePassBackward<T>::run(const CrossAttentionShape& s, const Sources& from,
                             const InputMapGradients<T>& gradients,
                             Tensor<T, 3>& d_queries, Tensor<T, 3>* d_inputs,
                             Ledger& ledger) {
  const OnePassCuts cuts = one_pass_backward_cuts<T>(s);
  const std::size_t qk = s.qk_channels / s.heads, v = s.v_channels / s.heads;
  require(d_inputs == nullptr || d_inputs->shape() == from.inputs.shape(),
          "a gradient of {} values for {} inputs",
          d_inputs == nullptr ? 0 : d_inputs->size(), from.inputs.size());
  Buffers buffers = Buffers::allocating(threads());
  lay_out(s, d_inputs != nullptr, buffers);
  d_queries.resize({s.batch, s.latents, s.qk_channels});
  if (!ledger.computes()) {
    const std::size_t shown = shown_keys(from.mask, s.batch, s.inputs);
    Steps steps;
    steps.inputs = shown;
    steps.attention.pairs = s.heads * s.latents * shown;
    return book(s, steps, d_inputs != nullptr, {}, ledger);
  }
  const TickScale scale;
  fold_norm(from.maps, from.key_bias);
  const std::size_t panels = panel_count<T>(s.latents);
  Steps steps;
#pragma omp parallel
  {
    Steps mine;
    TickClock clock;
#pragma omp for schedule(static)
    for (std::size_t i = 0; i < s.batch * s.heads; ++i) {
      const std::size_t b = i / s.heads, h = i % s.heads;
      BackwardQueries<T>(&packed_(b, h, 0), s.latents, qk, v)
          .pack(example(from.queries, b).columns(h * qk, qk),
                example(from.result.output, b).columns(h * v, v),
                example(from.result.d_output, b).columns(h * v, v),
                &from.result.trace.log_sum_exp(b, h, 0), qk);
    }
    clock.lap(mine.attention.scores);
#pragma omp for schedule(dynamic)
    for (std::size_t unit = 0; unit < s.batch * cuts.ranges; ++unit) {
      read_range(s, cuts, from, unit, d_inputs, scratch_[omp_get_thread_num()],
                 mine);
    }
    clock = TickClock();
#pragma omp for schedule(dynamic)
    for (std::size_t i = 0; i < s.batch * s.heads * panels; ++i) {
      const std::size_t b = i / panels / s.heads, h = i / panels % s.heads;
      sum_query_panels(&d_queries_(b * cuts.ranges, h, 0), cuts.ranges,
                       s.heads * d_queries_.shape(2), i % panels,
                       example(d_queries, b).columns(h * qk, qk));
    }
    clock.lap(mine.attention.scores);
#pragma omp critical
    steps += mine;
  }
  unfold_norm(cuts, s, from.maps, gradients);
  book(s, steps, d_inputs != nullptr, scale, ledger);
}

template OnePassCuts one_pass_backward_cuts<float>(const CrossAttentionShape&);
template OnePassCuts one_pass_backward_cuts<double>(const CrossAttentionShape&);
template class OnePassBackward<float>;
template class OnePassBackward<double>;

}  // namespace suite
