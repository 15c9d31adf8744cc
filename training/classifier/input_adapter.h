// From what a task hands out to what a contestant reads: tokens become vectors,
// and where an input stands is written beside it. One architecture takes
// pictures, text, sound and points; this is all that differs.
#pragma once

#include <memory>

#include "primitives/cost.h"
#include "primitives/parameter.h"
#include "training/classifier/input_positions.h"
#include "training/tasks/task.h"

namespace suite {

// Fourier features of coordinates are as fine as those of a grid of this many
// steps a dimension.
inline constexpr std::size_t kCoordinateSteps = 32;

template <class T>
class InputAdapter {
 public:
  // `embedding` is the width of a token's vector, where there are tokens.
  // Throws Error for positions of a set that has no coordinates.
  InputAdapter(const TaskFacts& task, const InputPositions& positions,
               std::size_t embedding);

  std::size_t channels() const { return content_ + beside_; }  // C
  // Has it parameters, so that backward has to reach it?
  bool learns() const;

  // input[batch, N, channels as handed out] → the input itself, or
  // adapted[batch, N, C], which is resized to fit. Throws Error for tokens
  // beyond the vocabulary. Cost: no MACs; reads the input, writes the output.
  const Tensor<T, 3>& forward(const Tensor<T, 3>& input, Tensor<T, 3>& adapted,
                              Ledger& ledger) const;
  // gradient += what d_adapted[batch, N, C] says.
  void backward(const Tensor<T, 3>& input, const Tensor<T, 3>& d_adapted,
                InputAdapter& gradient, Ledger& ledger) const;

  // "embedding" [vocabulary, ·] and "positions" [N, ·], where they are learned.
  void for_each_parameter(const ParameterVisitor<T>& visit);

 private:
  void require_known_tokens(const Tensor<T, 3>& input) const;
  void write_content(const Tensor<T, 3>& input, std::size_t example,
                     Tensor<T, 3>& adapted) const;
  void write_features(const Tensor<T, 3>& input, std::size_t example,
                      Tensor<T, 3>& adapted) const;

  std::size_t inputs_;
  std::size_t raw_;          // channels as handed out
  std::size_t content_ = 0;  // channels of an input without its positions
  std::size_t beside_ = 0;   // of its positions
  std::size_t coordinates_;  // among the raw ones, or 0
  InputPositions positions_;
  Tensor<T, 2> embedding_;                        // [vocabulary, content]
  Tensor<T, 2> learned_;                          // [N, beside]
  std::shared_ptr<const Tensor<T, 2>> features_;  // the same of a grid
};

}  // namespace suite
