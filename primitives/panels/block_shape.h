// What the register file allows: the one place that decides how large a block of
// sums is. Tiles, panels, packing and the rests of rows follow.
#pragma once

#include "primitives/simd.h"

namespace suite {

// A block of sums, `rows` by `vectors`, that stays in registers beside one row of
// the right factor and one value of the left.
struct BlockShape {
  std::size_t rows;
  std::size_t vectors;

  constexpr std::size_t registers() const { return rows * vectors + vectors + 1; }
};

// Of those that fit, the one with the fewest loads for its multiply-adds: with
// 16 registers 4 × 3 would fill all of them, and nothing of the right factor stays.
inline constexpr BlockShape kBlock =
    kVectorRegisters == 32 ? BlockShape{8, 3} : BlockShape{6, 2};
static_assert(kBlock.registers() < kVectorRegisters);

inline constexpr std::size_t kBlockRows = kBlock.rows;
inline constexpr std::size_t kPanelVectors = kBlock.vectors;

}  // namespace suite
