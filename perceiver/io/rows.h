// One modality's way from a raw array to rows that an encoder reads (Jaegle et al.
// 2022, App. E to H).
#pragma once

#include <memory>

#include "perceiver/io/config.h"
#include "perceiver/io/raw_input.h"
#include "primitives/parameter.h"

namespace suite {

template <class T>
class Rows {
 public:
  virtual ~Rows() = default;

  // raw → rows[batch, N, C]; lives until the next call. Throws Error for an
  // array of another shape than the model's.
  virtual const Tensor<T, 3>& forward(const RawInput<T>& raw,
                                      Ledger& ledger) = 0;
  virtual void for_each_parameter(const std::string& name,
                                  const ParameterVisitor<T>& visit) = 0;
  // Of batch norms, which learn no gradient: visited when weights are loaded.
  virtual void for_each_statistic(const std::string&,
                                  const ParameterVisitor<T>&) {}
  // The embedding that a decoder of text shares, [vocabulary, C]; else null.
  virtual const Tensor<T, 2>* vocabulary() const { return nullptr; }

  // Array of the right shape for a batch, with no value set.
  virtual RawArray<T> blank(std::size_t batch) const = 0;
};

template <class T>
std::unique_ptr<Rows<T>> make_rows(const Modality& modality,
                                   const Semantics& semantics);

// One for each kind of input.
template <class T>
std::unique_ptr<Rows<T>> make_text_rows(const TextInput& text);
template <class T>
std::unique_ptr<Rows<T>> make_grid_rows(const Modality& modality,
                                        const Semantics& semantics);
template <class T>
std::unique_ptr<Rows<T>> make_point_rows(const PointInput& points);

}  // namespace suite
