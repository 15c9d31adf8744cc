#include "primitives/cross_attention/keys_and_values.h"

#include <omp.h>

#include "primitives/panels/caches.h"
#include "primitives/threads.h"
#include "primitives/ticks.h"
#include "support/check.h"

namespace suite {

template <class T>
void KeysAndValues<T>::make(const CrossAttentionShape& s,
                            const Tensor<T, 3>& inputs,
                            const InputMaps<T>& maps, Ledger& ledger) {
  require(s.heads > 0 && s.qk_channels % s.heads == 0 &&
              s.v_channels % s.heads == 0,
          "{} heads do not divide {} query and {} value channels", s.heads,
          s.qk_channels, s.v_channels);
  Buffers buffers = Buffers::allocating(threads());
  lay_out(s, buffers);
  const std::size_t rows = s.batch * s.inputs;
  const std::size_t width = s.qk_channels + s.v_channels;
  const std::size_t read = sizeof(T) * inputs.size();
  if (s.normed) ledger.add(Part::layer_norm, {.bytes_moved = read});
  ledger.add(Part::key_value_projection,
             {.macs = rows * s.channels * width,
              .bytes_moved = (s.normed ? 0 : read) +
                             sizeof(T) * width * (s.channels + rows)});
  if (!ledger.computes()) return;
  key_.pack(matrix(maps.key->weight), s.heads);
  value_.pack(matrix(maps.value->weight), s.heads);
  const std::size_t tile = depth_tile<T>();
  const std::size_t tiles = divide_up(s.inputs, tile);
  const TickScale scale;
  Ticks norm_ticks = 0, map_ticks = 0;
#pragma omp parallel reduction(+ : norm_ticks, map_ticks)
  {
    TickClock clock;
#pragma omp for schedule(dynamic)
    for (std::size_t unit = 0; unit < s.batch * tiles; ++unit) {
      const std::size_t b = unit / tiles, first = unit % tiles * tile;
      const std::size_t count = std::min(tile, s.inputs - first);
      MatrixView<const T> from = example(inputs, b).row_range(first, count);
      if (s.normed) {
        const MatrixView<T> room =
            example(normed_, omp_get_thread_num()).row_range(0, count);
        normalise_rows(from, *maps.norm, room);
        from = room;
      }
      clock.lap(norm_ticks);
      for (std::size_t h = 0; h < s.heads; ++h) {
        const std::size_t head = b * s.heads + h;
        key_.multiply(from, bias_of(*maps.key),
                      example(keys_, head).row_range(first, count), h);
        value_.multiply(from, bias_of(*maps.value),
                        example(values_, head).row_range(first, count), h);
      }
      clock.lap(map_ticks);
    }
  }
  const double share = scale.seconds_per_tick() / threads();
  ledger.add(Part::layer_norm,
             {.seconds = share * static_cast<double>(norm_ticks)});
  ledger.add(Part::key_value_projection,
             {.seconds = share * static_cast<double>(map_ticks)});
}

template <class T>
void KeysAndValues<T>::lay_out(const CrossAttentionShape& s, Buffers& buffers) {
  buffers(normed_, {s.normed ? buffers.threads() : 0, depth_tile<T>(),
                    s.channels});
  key_.lay_out(s.channels, s.qk_channels, buffers, s.heads);
  value_.lay_out(s.channels, s.v_channels, buffers, s.heads);
  buffers(keys_, {s.batch * s.heads, s.inputs, s.qk_channels / s.heads});
  buffers(values_, {s.batch * s.heads, s.inputs, s.v_channels / s.heads});
}

template class KeysAndValues<float>;
template class KeysAndValues<double>;

}  // namespace suite
