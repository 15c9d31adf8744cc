#include "training/optimiser.h"

#include <fmt/ranges.h>

#include <cmath>

#include "support/check.h"
#include "training/update_rules.h"

namespace suite {
namespace {

using Rule = Recipe::Rule;

// One step's operands, by piece.
template <class T>
struct Update {
  const Recipe& recipe;
  const Pieces& pieces;
  UpdateStep step;
  std::vector<UpdateRows<T>> tensors;
  std::vector<double> decays;

  UpdateRows<T> rows(const Piece& piece) const {
    const UpdateRows<T>& all = tensors[piece.tensor];
    const auto from = [&](auto* values) {
      return values == nullptr ? nullptr : values + piece.first;
    };
    return {piece.count, from(all.parameter), from(all.gradient),
            from(all.first), from(all.second)};
  }

  void sgd() const {
    pieces.for_each([this](std::size_t, const Piece& piece) {
      sgd_update(recipe, step, decays[piece.tensor], rows(piece));
    });
  }

  void adamw() const {
    pieces.for_each([this](std::size_t, const Piece& piece) {
      adamw_update(recipe, step, decays[piece.tensor], rows(piece));
    });
  }

  void lamb() const {
    std::vector<double> parameter(pieces.size()), update(pieces.size());
    pieces.for_each([&](std::size_t i, const Piece& piece) {
      const LambSquares squares =
          lamb_moments(recipe, step, decays[piece.tensor], rows(piece));
      parameter[i] = squares.parameter;
      update[i] = squares.update;
    });
    std::vector<double> ratios(tensors.size()), updates(tensors.size());
    pieces.merge(parameter, ratios);
    pieces.merge(update, updates);
    for (std::size_t t = 0; t < ratios.size(); ++t) {
      const bool either_is_zero = ratios[t] == 0 || updates[t] == 0;
      ratios[t] = either_is_zero ? 1 : std::sqrt(ratios[t] / updates[t]);
    }
    pieces.for_each([&](std::size_t, const Piece& piece) {
      lamb_update(recipe, step, decays[piece.tensor], ratios[piece.tensor],
                  rows(piece));
    });
  }
};

void require_not_negative(const char* what, double value) {
  require(std::isfinite(value) && value >= 0,
          "{} = {}: must be finite and not below 0", what, value);
}

}  // namespace

template <class T>
Optimiser<T>::Optimiser(const Recipe& recipe, Encoder<T>& model,
                        const Decays<T>& decays)
    : recipe_(recipe) {
  const std::vector<Parameter<T>> parameters = parameters_of(model);
  pieces_ = Pieces(std::span<const Parameter<T>>(parameters));
  for (const Parameter<T>& each : parameters) {
    State& state = states_.emplace_back();
    state.name = each.name;
    state.shape = each.shape;
    state.decay = decays(each) ? recipe.weight_decay : 0;
    const auto begin = [&](Tensor<T, 1>& moment) {
      moment.resize({each.values.size()});
      moment.fill(T(0));
    };
    if (recipe.moments() > 0) begin(state.first);
    if (recipe.moments() > 1) begin(state.second);
  }
}

template <class T>
void Optimiser<T>::require_fits(std::span<const Parameter<T>> parameters,
                                const char* whose) const {
  require(parameters.size() == states_.size(),
          "the {} has {} parameters, the optimiser's state is of {}", whose,
          parameters.size(), states_.size());
  for (std::size_t i = 0; i < states_.size(); ++i) {
    const Parameter<T>& each = parameters[i];
    require(
        each.name == states_[i].name && each.shape == states_[i].shape,
        "parameter {} of the {} is {}[{}], the optimiser's state is of {}[{}]",
        i, whose, each.name, fmt::join(each.shape, ", "), states_[i].name,
        fmt::join(states_[i].shape, ", "));
  }
}

template <class T>
std::vector<UpdateRows<T>> Optimiser<T>::rows_of(
    std::span<const Parameter<T>> parameters,
    std::span<const Parameter<T>> gradients) {
  const auto data = [](Tensor<T, 1>& moment) {
    return moment.size() > 0 ? moment.data() : nullptr;
  };
  std::vector<UpdateRows<T>> rows;
  for (std::size_t i = 0; i < states_.size(); ++i) {
    rows.push_back({parameters[i].values.size(), parameters[i].values.data(),
                    gradients[i].values.data(), data(states_[i].first),
                    data(states_[i].second)});
  }
  return rows;
}

template <class T>
void Optimiser<T>::update(Encoder<T>& model, Encoder<T>& gradient, double rate,
                          const Clip& clip, Ledger& ledger) {
  const Meter meter = ledger[Part::update];
  const std::vector<Parameter<T>> parameters = parameters_of(model);
  const std::vector<Parameter<T>> gradients = parameters_of(gradient);
  require_fits(parameters, "model");
  require_fits(gradients, "gradient");
  require_not_negative("learning rate", rate);
  require_not_negative("factor of the gradient", clip.factor);
  std::size_t count = 0;
  for (const Parameter<T>& each : parameters) count += each.values.size();
  if (!meter.add(recipe_.update_work(count, sizeof(T)))) return;

  const auto inverse = [step = static_cast<double>(steps_ + 1)](double beta) {
    return 1 / (1 - std::pow(beta, step));
  };
  Update<T> update{recipe_,
                   pieces_,
                   {.rate = rate,
                    .factor = clip.factor,
                    .inverse1 = inverse(recipe_.beta1),
                    .inverse2 = inverse(recipe_.beta2)},
                   rows_of(parameters, gradients),
                   {}};
  for (const State& state : states_) update.decays.push_back(state.decay);
  ++steps_;
  switch (recipe_.rule) {
    case Rule::sgd:
      return update.sgd();
    case Rule::adamw:
      return update.adamw();
    case Rule::lamb:
      return update.lamb();
  }
}

template <class T>
void Optimiser<T>::for_each_state(const ParameterVisitor<T>& visit) {
  const T before = static_cast<T>(steps_);
  T steps = before;
  visit({"steps", {1}, {&steps, 1}});
  require(steps >= 0 && steps == std::floor(steps) && std::isfinite(steps),
          "the optimiser's steps are {}: must be a whole number", steps);
  // What was only read keeps all its digits.
  if (steps != before) steps_ = static_cast<std::uint64_t>(steps);
  for (State& state : states_) {
    const auto show = [&](const char* name, Tensor<T, 1>& moment) {
      visit({state.name + name, state.shape, {moment.data(), moment.size()}});
    };
    if (recipe_.moments() == 1) show(".momentum", state.first);
    if (recipe_.moments() == 2) {
      show(".first_moment", state.first);
      show(".second_moment", state.second);
    }
  }
}

template class Optimiser<float>;
template class Optimiser<double>;

}  // namespace suite
