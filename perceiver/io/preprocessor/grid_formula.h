// What turning a grid into rows costs, from arithmetic and not from the code.
// Of values on a line, each a row: mapped linearly or as they are.
#pragma once

#include "perceiver/io/config.h"
#include "primitives/cost.h"

namespace suite::formula {

// One forward. `bytes_held` are the buffers'. Throws Error for another grid.
Cost grid_rows(const GridInput& grid, std::size_t batch, std::size_t scalar);

// Does it learn, so that it needs the gradient of the rows?
bool grid_learns(const GridInput& grid);

// Its backward, where it learns, without the gradient of the values: it holds
// nothing beside what it is given.
Cost grid_rows_backward(const GridInput& grid, std::size_t batch,
                        std::size_t scalar);

}  // namespace suite::formula
