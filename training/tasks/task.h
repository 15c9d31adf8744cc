// What is to be learned: examples with labels, in three splits that share none.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "primitives/tensor.h"

namespace suite {

// Parameters follow `train`, choices `held_out`; `test` is looked at once, when
// all is chosen.
enum class Split { train, held_out, test };

// "train", "held_out", "test", as rows have it.
std::string_view name_of(Split split);

// Some examples of a task, one after the other.
struct Examples {
  // [batch, N, channels]; of text one channel, the number of a token.
  Tensor<float, 3> input;
  Mask mask;  // [batch, N]; empty where every input counts
  // [batch·outputs], each below the task's classes; negative: not asked for.
  std::vector<std::int32_t> labels;
};

// Grey pixels as inputs: an input is a square of patch × patch of them, row by
// row. A byte b, from 0 to `white`, is handed out as (b − middle)/unit.
struct GreyPixels {
  std::size_t patch = 1;
  float white = 255;
  float middle = 0;
  float unit = 1;
};

struct TaskFacts {
  std::string name;    // as the definition says it: "needles(facts=4)"
  std::string source;  // where the data come from: "generated", or a package
  std::size_t inputs = 0;      // N
  std::size_t channels = 0;    // of an input, as it is handed out
  std::size_t vocabulary = 0;  // of tokens; 0 where inputs are values
  // Where inputs stand: extents of a grid, row-major, whose product is N. Empty
  // where they are a set.
  std::vector<std::size_t> grid;
  // The place on the grid of each input; empty: in order.
  std::vector<std::uint32_t> places;
  // So many of an input's first channels are its coordinates, in [−1, 1].
  std::size_t coordinates = 0;
  std::optional<GreyPixels> pixels = {};  // where examples are pictures
  std::size_t outputs = 1;  // labels of an example
  std::vector<std::string> classes;
  // Is a mask handed out, since examples have fewer inputs than N?
  bool masked = false;
};

class Task {
 public:
  virtual ~Task() = default;

  virtual const TaskFacts& facts() const = 0;

  // Examples of a split; what is generated has as many as there are numbers.
  static constexpr std::uint64_t kEndless = std::uint64_t{1} << 40;
  virtual std::uint64_t size(Split split) const = 0;

  // The examples of those numbers, each below size(split), in their order:
  // `examples` is resized to fit, and its memory reused. The same numbers give
  // the same bits on every machine and for every number of threads.
  virtual void fill(Split split, std::span<const std::uint64_t> numbers,
                    Examples& examples) const = 0;
};

}  // namespace suite
