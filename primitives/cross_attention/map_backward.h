// One of the two maps of inputs, to keys or to values, in the backward of the
// one pass: as written or folded. Tiles hold x̂, the inputs without the norm's
// scale γ and offset β.
//
// As written, γ and β are folded into the map, and G = x̂ᵀ·d, where d are the
// gradients of keys or values, is added up over tiles. Folded, neither keys nor
// their gradients exist: the tile is x̂ itself, and G is made of what is on the
// side of the latents. Either way G is as small as the weight, and gives all
// gradients with no product of inputs' length:
//   dW = γ∘G + β⊗Σd, dγ = Σ W∘G, dβ = W·Σd, db = Σd.
// Of keys Σd is 0: what is added to all keys alike changes no weight of
// attention. So β says nothing by way of the keys, and the gradient of their
// bias is exactly 0.
#pragma once

#include "primitives/buffers.h"
#include "primitives/cross_attention/input_maps.h"
#include "primitives/panels/packed_matrix.h"

namespace suite {

struct MapBackwardSizes {
  std::size_t channels = 0;  // C
  std::size_t width = 0;     // of all heads together
  std::size_t heads = 1;
  bool folded = false;
  bool sums = false;      // is Σd wanted?
  std::size_t units = 0;  // ranges of all examples, each with sums of its own

  // Of one head, as attention sees it.
  std::size_t head() const { return folded ? channels : width / heads; }
};

template <class T>
class MapBackward {
 public:
  // Of one thread; nothing where the map is folded.
  struct Scratch {
    Tensor<T, 2> all, d_all;    // [tile, width]
    Tensor<T, 1> head, d_head;  // [tile, width of a head; padded]
  };

  void lay_out(const MapBackwardSizes& sizes, Buffers& buffers);
  static void lay_out_scratch(const MapBackwardSizes& sizes, std::size_t tile,
                              Scratch& scratch, Buffers& buffers);

  // Before the pass, and before each range of it.
  void begin(const Linear<T>& map, const LayerNorm<T>* norm);
  void begin_range(std::size_t unit);

  // Of one tile standard[count, C], in this order; d_standard[tile, padded C]
  // is null unless the inputs' gradients are asked for.
  void project(MatrixView<const T> standard, Scratch& scratch) const;
  // What attention reads for a head, and where it adds up the gradients.
  const T* head(MatrixView<const T> standard, std::size_t h,
                Scratch& scratch) const;
  T* d_head(T* d_standard, Scratch& scratch) const;
  void take_d_head(std::size_t count, std::size_t h, Scratch& scratch) const;
  // G and Σd of a range; `panel` as add_transposed_tile() has it.
  void contract(MatrixView<const T> standard, std::size_t unit,
                Scratch& scratch, T* panel);
  // d_standard += the gradients through the map, where it isn't folded.
  void add_to(MatrixView<T> d_standard, const Scratch& scratch) const;

  // Of a folded map: where G[C, width] and Σd[width] are added up.
  MatrixView<T> contraction() { return of_unit(0); }
  T* sums() { return sums_.data(); }

  // After the pass: the ranges' sums, in their order, become gradients.
  void finish(const Linear<T>& map, const LayerNorm<T>* norm,
              Linear<T>& gradient, LayerNorm<T>* norm_gradient);

 private:
  void clear(std::size_t unit);
  MatrixView<T> of_unit(std::size_t unit) {
    return {&contractions_(unit, 0, 0), sizes_.channels, sizes_.width,
            sizes_.width};
  }

  MapBackwardSizes sizes_;
  // γ∘W, as it stands and packed; b + β·W.
  Tensor<T, 2> weight_;
  Tensor<T, 1> bias_;
  PackedMatrix<T> packed_;
  Tensor<T, 3> contractions_;  // G: [units, C, width]; folded: one unit
  Tensor<T, 2> sums_;          // Σd: [units, width]
};

}  // namespace suite
