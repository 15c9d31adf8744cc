// What a decoder asks with: rows of one kind of output (Jaegle et al. 2022, §3.2
// and App. E to H).
#pragma once

#include <span>

#include "perceiver/io/preprocessor/grid_positions.h"

namespace suite {

template <class T>
class Queries {
 public:
  // `channels` is E, the width that all kinds are padded to.
  Queries(const QueryConfig& config, std::size_t channels);

  const std::string& name() const { return config_.name; }
  // O of this kind.
  std::size_t count() const { return elements(config_.extents); }
  bool are_inputs() const {
    return config_.positions.kind == PositionConfig::Kind::none;
  }

  // to[batch, rows, E] ← queries from `first` on, the same for each example, or
  // rows of inputs[batch, N, E]. `named`, if any, says which outputs there are.
  void write(std::size_t first, std::span<const std::size_t> named,
             const Tensor<T, 3>& inputs, Tensor<T, 3>& to) const;

  // The backward of write(): `gradient` is added to, and so is
  // d_inputs[batch, N, E], where queries are the inputs.
  void write_backward(std::size_t first, std::span<const std::size_t> named,
                      const Tensor<T, 3>& d_to, Queries& gradient,
                      Tensor<T, 3>* d_inputs) const;

  void for_each_parameter(const std::string& name,
                          const ParameterVisitor<T>& visit);

 private:
  void copy_inputs(std::size_t first, std::span<const std::size_t> named,
                   const Tensor<T, 3>& inputs, Tensor<T, 3>& to) const;

  QueryConfig config_;
  GridPositions<T> positions_;
  Tensor<T, 1> padding_;  // [E − their own width]
};

}  // namespace suite
