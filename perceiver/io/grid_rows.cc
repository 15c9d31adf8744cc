// Elements of a grid are cut into patches, mapped, and told where they stand.
#include <algorithm>

#include "perceiver/io/grid_positions.h"
#include "perceiver/io/patches.h"
#include "perceiver/io/rows.h"
#include "perceiver/io/stem.h"

namespace suite {
namespace {

template <class T>
class GridRows : public Rows<T> {
 public:
  GridRows(const Modality& modality, const Semantics& semantics)
      : name_(modality.name),
        grid_(std::get<GridInput>(modality.input)),
        channels_(channels_of(modality)),
        positions_(grid_.positions, rows_of(modality, semantics)) {
    cut_ = {grid_.extents, grid_.patch, grid_.channels};
    if (cut_.patch.empty()) cut_.patch.assign(cut_.extents.size(), 1);
    while (cut_.extents.size() < 3) {
      cut_.extents.insert(cut_.extents.begin(), 1);
      cut_.patch.insert(cut_.patch.begin(), 1);
    }
    values_ = grid_.channels * elements(cut_.patch);
    if (grid_.map == GridInput::Map::linear) {
      map_ = Linear<T>(values_, grid_.mapped);
      values_ = grid_.mapped;
    } else if (grid_.map == GridInput::Map::convolution) {
      stem_ = std::make_unique<Stem<T>>(grid_, semantics.same_padding);
      values_ = grid_.mapped;
    }
  }

  const Tensor<T, 3>& forward(const RawInput<T>& raw,
                              Ledger& ledger) override {
    require_shape(*raw.values);
    const Tensor<T, 3>& patches = cut(*raw.values, ledger);
    const bool bare = grid_.map == GridInput::Map::none &&
                      grid_.positions.kind == PositionConfig::Kind::none;
    if (bare) return patches;
    size_rows(patches.shape(0), ledger);
    write_values(patches, ledger);
    write_learned_positions(ledger);
    return rows_;
  }

  void for_each_parameter(const std::string& name,
                          const ParameterVisitor<T>& visit) override {
    if (map_.weight.size() > 0) map_.for_each_parameter(name + ".map", visit);
    if (stem_) stem_->for_each_parameter(name, visit);
    positions_.for_each_parameter(name + ".positions", visit);
  }

  void for_each_statistic(const std::string& name,
                          const ParameterVisitor<T>& visit) override {
    if (stem_) stem_->for_each_statistic(name, visit);
  }

  RawArray<T> blank(std::size_t batch) const override {
    RawArray<T> raw;
    raw.values.resize(shape(batch));
    return raw;
  }

 private:
  using Shape3 = std::array<std::size_t, 3>;

  bool is_line() const { return grid_.extents.size() == 1; }

  Shape3 shape(std::size_t batch) const {
    if (is_line()) return {batch, grid_.extents[0], grid_.channels};
    return {batch, cut_.extents[0] * grid_.channels,
            cut_.extents[1] * cut_.extents[2]};
  }

  void require_shape(const Tensor<T, 3>& values) const {
    const Shape3 wanted = shape(values.shape(0));
    require(values.shape(1) == wanted[1] && values.shape(2) == wanted[2],
            "{}: an array of [{}, {}, {}]; the model takes [{}, {}, {}]", name_,
            values.shape(0), values.shape(1), values.shape(2), wanted[0],
            wanted[1], wanted[2]);
  }

  // Values of a line stand patch by patch already.
  const Tensor<T, 3>& cut(const Tensor<T, 3>& values, Ledger& ledger) {
    if (is_line() && cut_.patch[2] == 1) return values;
    if (is_line()) {
      patches_.resize({values.shape(0), cut_.extents[2] / cut_.patch[2],
                       cut_.patch[2] * grid_.channels});
      if (ledger[Part::position_encoding].add(
              {.bytes_moved = 2 * bytes_of(values)})) {
        std::copy(values.begin(), values.end(), patches_.begin());
      }
      return patches_;
    }
    cut_patches(values, cut_, patches_, ledger[Part::position_encoding]);
    return patches_;
  }

  // Fixed positions stand beside the values for good.
  void size_rows(std::size_t batch, Ledger& ledger) {
    const Shape3 wanted{batch, positions_.count(), channels_};
    const bool fixed =
        grid_.positions.kind == PositionConfig::Kind::fourier;
    if (rows_.shape() == wanted && (!fixed || written_)) return;
    rows_.resize(wanted);
    if (fixed && ledger.computes()) {
      Ledger once;  // not a part of a forward
      positions_.write(position_columns(), once);
      written_ = true;
    }
  }

  BatchView<T> position_columns() {
    return BatchView<T>(rows_).columns(values_, positions_.width());
  }

  void write_values(const Tensor<T, 3>& patches, Ledger& ledger) {
    const BatchView<T> to = BatchView<T>(rows_).columns(0, values_);
    if (grid_.map == GridInput::Map::linear) {
      linear(BatchView<const T>(patches), map_, to,
             ledger[Part::input_projection]);
      return;
    }
    const Tensor<T, 3>& from = stem_ ? stem_->forward(patches, ledger) : patches;
    if (!ledger[Part::position_encoding].add(
            {.bytes_moved = 2 * bytes_of(from)})) {
      return;
    }
    for (std::size_t r = 0; r < all_rows(from).rows; ++r) {
      std::copy_n(all_rows(from).row(r), values_, all_rows(rows_).row(r));
    }
  }

  void write_learned_positions(Ledger& ledger) {
    if (grid_.positions.kind != PositionConfig::Kind::learned) return;
    require(!grid_.positions.added || grid_.positions.projected == 0,
            "{}: positions that are added are not mapped", name_);
    if (!grid_.positions.added) {
      return positions_.write(position_columns(), ledger);
    }
    add(ledger);
  }

  void add(Ledger& ledger) {
    require(positions_.width() == values_,
            "{}: positions of {} channels cannot be added to {}", name_,
            positions_.width(), values_);
    learned_.resize({positions_.count(), values_});
    if (!ledger[Part::position_encoding].add(
            {.bytes_moved = 2 * bytes_of(rows_) + bytes_of(learned_)})) {
      return;
    }
    positions_.write(0, positions_.count(), matrix(learned_));
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      rows_.data()[i] += learned_.data()[i % learned_.size()];
    }
  }

  std::string name_;
  GridInput grid_;
  Cut cut_;
  std::size_t channels_;    // C
  std::size_t values_ = 0;  // of them, those of a mapped patch
  Linear<T> map_;
  std::unique_ptr<Stem<T>> stem_;
  GridPositions<T> positions_;
  bool written_ = false;    // fixed positions are in rows_
  Tensor<T, 3> patches_;    // [batch, N, patch·channels]
  Tensor<T, 2> learned_;    // [N, C], where they are added
  Tensor<T, 3> rows_;       // [batch, N, C]
};

}  // namespace

template <class T>
std::unique_ptr<Rows<T>> make_grid_rows(const Modality& modality,
                                        const Semantics& semantics) {
  return std::make_unique<GridRows<T>>(modality, semantics);
}

template std::unique_ptr<Rows<float>> make_grid_rows<float>(const Modality&,
                                                            const Semantics&);
template std::unique_ptr<Rows<double>> make_grid_rows<double>(
    const Modality&, const Semantics&);

}  // namespace suite
