#include "perceiver/io/preprocessor/grid_formula.h"

#include "primitives/layers/linear_formula.h"
#include "support/check.h"

namespace suite::formula {
namespace {

using Kind = PositionConfig::Kind;

std::size_t values_of(const GridInput& grid) {
  require(grid.extents.size() == 1 && grid.patch.empty() &&
              grid.map != GridInput::Map::convolution,
          "what these rows cost is not known: they must be values on a line");
  return or_else(grid.mapped, grid.channels);
}

}  // namespace

Cost grid_rows(const GridInput& grid, std::size_t batch, std::size_t scalar) {
  const std::size_t values = values_of(grid), N = grid.extents[0];
  const std::size_t rows = batch * N;
  const bool positioned = grid.positions.kind != Kind::none;
  Cost cost;
  if (grid.mapped > 0) {
    cost[Part::input_projection] = linear(rows, grid.channels, values, scalar);
    cost.parameters += linear_parameters(grid.channels, values);
  }
  if (grid.mapped > 0 || positioned) {
    cost.bytes_held += scalar * rows * channels_of({"", grid});
  }
  Work& positions = cost[Part::position_encoding];
  if (grid.mapped == 0 && positioned) {
    positions.bytes_moved += 2 * scalar * rows * values;
  }
  if (grid.positions.kind != Kind::learned) return cost;
  cost.parameters += N * values;
  if (grid.positions.added) {
    positions.bytes_moved += scalar * (2 * rows + N) * values;
    cost.bytes_held += scalar * N * values;
  } else {
    positions += batch * linear(N, values, values, scalar);
    cost.parameters += linear_parameters(values, values);
  }
  return cost;
}

bool grid_learns(const GridInput& grid) {
  return grid.mapped > 0 || grid.positions.kind == Kind::learned;
}

Cost grid_rows_backward(const GridInput& grid, std::size_t batch,
                        std::size_t scalar) {
  const std::size_t values = values_of(grid), N = grid.extents[0];
  Cost cost;
  if (grid.mapped > 0) {
    cost[Part::input_projection] =
        linear_gradient(batch * N, grid.channels, values, scalar);
  }
  if (grid.positions.kind != Kind::learned) return cost;
  Work& positions = cost[Part::position_encoding];
  if (grid.positions.added) {
    positions.bytes_moved = scalar * batch * N * values;
  } else {
    positions = batch * (linear_gradient(N, values, values, scalar) +
                         linear_input_gradient(N, values, values, scalar,
                                               /*onto=*/true));
  }
  return cost;
}

}  // namespace suite::formula
