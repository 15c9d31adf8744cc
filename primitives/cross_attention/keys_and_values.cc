#include "primitives/cross_attention/keys_and_values.h"

#include <omp.h>

#include "primitives/panels/caches.h"
#include "primitives/threads.h"
#include "primitives/ticks.h"

namespace suite {

template <class T>
void KeysAndValues<T>::make(const Tensor<T, 3>& inputs, const InputMaps<T>& maps,
                            Ledger& ledger) {
  const bool normed = maps.norm != nullptr;
  const std::size_t channels = inputs.shape(2);
  const std::size_t tile = depth_tile<T>();
  const CrossAttentionShape shape{.batch = inputs.shape(0),
                                  .inputs = inputs.shape(1),
                                  .channels = channels,
                                  .qk_channels = maps.key->out(),
                                  .v_channels = maps.value->out(),
                                  .normed = normed};
  Buffers buffers = Buffers::allocating(threads());
  lay_out(shape, buffers);
  const MatrixView<const T> all = all_rows(inputs);
  const std::size_t width = maps.key->out() + maps.value->out();
  const std::size_t read = sizeof(T) * inputs.size();
  if (normed) ledger.add(Part::layer_norm, {.bytes_moved = read});
  ledger.add(Part::key_value_projection,
             {.macs = all.rows * channels * width,
              .bytes_moved = (normed ? 0 : read) +
                             sizeof(T) * width * (channels + all.rows)});
  if (!ledger.computes()) return;
  key_.pack(matrix(maps.key->weight));
  value_.pack(matrix(maps.value->weight));
  const MatrixView<T> keys = all_rows(keys_), values = all_rows(values_);
  const TickScale scale;
  Ticks norm_ticks = 0, map_ticks = 0;
#pragma omp parallel reduction(+ : norm_ticks, map_ticks)
  {
    TickClock clock;
#pragma omp for schedule(dynamic)
    for (std::size_t first = 0; first < all.rows; first += tile) {
      const std::size_t count = std::min(tile, all.rows - first);
      MatrixView<const T> rows = all.row_range(first, count);
      if (normed) {
        const MatrixView<T> room =
            example(normed_, omp_get_thread_num()).row_range(0, count);
        for (std::size_t r = 0; r < count; ++r) {
          normalise_row(rows.row(r), *maps.norm, room.row(r));
        }
        rows = room;
      }
      clock.lap(norm_ticks);
      key_.multiply(rows, bias_of(*maps.key), keys.row_range(first, count));
      value_.multiply(rows, bias_of(*maps.value),
                      values.row_range(first, count));
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
  key_.lay_out(s.channels, s.qk_channels, buffers);
  value_.lay_out(s.channels, s.v_channels, buffers);
  buffers(keys_, {s.batch, s.inputs, s.qk_channels});
  buffers(values_, {s.batch, s.inputs, s.v_channels});
}

template class KeysAndValues<float>;
template class KeysAndValues<double>;

}  // namespace suite
