// Three ways to count the FLOPs of a Perceiver and of a transformer, from the
// formulas that the contestants declare: nothing is run.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "contract/shape.h"

namespace suite {

// FLOPs of one part, of all examples of the batch.
struct FlopsRow {
  std::string part;
  std::uint64_t cross = 0;        // one cross-attention, M queries of N inputs
  std::uint64_t self = 0;         // L latent layers, M queries of M latents
  std::uint64_t block = 0;        // cross + self
  std::uint64_t perceiver = 0;    // B blocks
  std::uint64_t layer = 0;        // one layer, N queries of N inputs
  std::uint64_t transformer = 0;  // B layers, and the input's projection
};

// The columns, by the names that the CSV gives them.
struct FlopsScope {
  const char* name;
  std::uint64_t FlopsRow::*flops;
};
inline constexpr FlopsScope kFlopsScopes[] = {
    {"cross", &FlopsRow::cross}, {"self", &FlopsRow::self},
    {"block", &FlopsRow::block}, {"perceiver", &FlopsRow::perceiver},
    {"layer", &FlopsRow::layer}, {"transformer", &FlopsRow::transformer}};

struct Counting {
  std::string name;            // as the CSV says it
  std::string counts;          // what is counted, for a reader
  std::vector<FlopsRow> rows;  // the last is what the counting comes to
};

// How many times the Perceiver's FLOPs the transformer takes.
struct Reduction {
  std::string name;    // as the CSV says it
  std::string counts;  // what is counted, for a reader
  std::uint64_t transformer = 0;
  std::uint64_t perceiver = 0;

  double ratio() const {
    return static_cast<double>(transformer) / static_cast<double>(perceiver);
  }
};

struct FlopsTable {
  Shape shape;
  std::vector<Counting> countings;    // scores, attention, layers
  std::vector<Reduction> reductions;  // from N/M to the whole model

  // What the counting of that name comes to; throws Error for no such name.
  const FlopsRow& sum(const std::string& counting) const;
};

// Is it read here? O counts a decoder's outputs: there is no decoder.
inline bool counts_dimension(std::string_view dimension) {
  return dimension != "O";
}

// Counts for one shape. Cost: a few hundred
// multiplications, whatever the shape. Throws Error, naming the dimension, for
// one that is 0, for H that does not divide D and C, and for counts past 2^64.
FlopsTable flops_table(const Shape& shape);

}  // namespace suite
