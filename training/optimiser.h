// How parameters follow their gradients: SGD, AdamW or LAMB, with their state.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "contract/encoder.h"
#include "primitives/cost.h"
#include "primitives/parameter.h"
#include "training/clip.h"
#include "training/pieces.h"
#include "training/recipe.h"

namespace suite {

template <class T>
struct UpdateRows;

// Does weight decay hold for a parameter?
template <class T>
using Decays = std::function<bool(const Parameter<T>&)>;

// Weights, latents and tables do; biases, scales and offsets, which have one
// axis, don't (DeepMind's Perceiver code).
template <class T>
bool decays_with_two_axes(const Parameter<T>& parameter) {
  return parameter.shape.size() >= 2;
}

// A value: a copy goes on by itself.
template <class T>
class Optimiser {
 public:
  // With moments of 0 for the parameters that `model` has. Cost: as many bytes
  // as recipe.moments() models.
  Optimiser(const Recipe& recipe, Encoder<T>& model,
            const Decays<T>& decays = decays_with_two_axes<T>);

  // One step: `model` moves down clip.factor·gradient at this learning rate.
  // `gradient` has the model's parameters. Nothing is allocated in tensors;
  // bits are the same for every number of threads. Cost:
  // recipe().update_work(), as Part::update. Throws Error, and leaves all as it
  // was, unless model and gradient have the parameters that the state is of,
  // and rate and clip.factor are finite and not negative.
  void update(Encoder<T>& model, Encoder<T>& gradient, double rate,
              const Clip& clip, Ledger& ledger);

  const Recipe& recipe() const { return recipe_; }
  std::uint64_t steps() const { return steps_; }  // taken so far

  // Visits what a checkpoint needs, to be read or written: "steps" [1], then of
  // each parameter "NAME.momentum", or "NAME.first_moment" and
  // "NAME.second_moment", of the parameter's shape. In float the steps are
  // exact up to 2^24, where their corrections have long been 1. Throws Error if
  // `visit` leaves steps that are no whole number.
  void for_each_state(const ParameterVisitor<T>& visit);

 private:
  struct State {
    std::string name;
    std::vector<std::size_t> shape;
    double decay = 0;    // λ, or 0
    Tensor<T, 1> first;  // empty where the rule has none
    Tensor<T, 1> second;
  };

  void require_fits(std::span<const Parameter<T>> parameters,
                    const char* whose) const;
  // What an update reads and writes, by tensor.
  std::vector<UpdateRows<T>> rows_of(std::span<const Parameter<T>> parameters,
                                     std::span<const Parameter<T>> gradients);

  Recipe recipe_;
  std::uint64_t steps_ = 0;
  std::vector<State> states_;
  Pieces pieces_;
};

}  // namespace suite
