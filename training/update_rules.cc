#include "training/update_rules.h"

#include <algorithm>
#include <array>

#include "training/lanes.h"
#include "training/reduction.h"

namespace suite {
namespace {

template <class T>
Vec<T> all(double value) {
  return Vec<T>(static_cast<T>(value));
}

// How the two means of Adam move on and what they say, by lanes.
template <class T>
class Moments {
 public:
  Moments(const Recipe& recipe, const UpdateStep& step)
      : beta1_(all<T>(recipe.beta1)),
        beta2_(all<T>(recipe.beta2)),
        rest1_(all<T>(1 - recipe.beta1)),
        rest2_(all<T>(1 - recipe.beta2)),
        inverse1_(all<T>(step.inverse1)),
        inverse2_(all<T>(step.inverse2)),
        epsilon_(all<T>(recipe.epsilon)),
        factor_(all<T>(step.factor)) {}

  void move_on(const Vec<T>& gradient, Vec<T>& first, Vec<T>& second) const {
    const Vec<T> clipped = gradient * factor_;
    first = xsimd::fma(beta1_, first, rest1_ * clipped);
    second = xsimd::fma(beta2_, second, rest2_ * clipped * clipped);
  }

  // m̂/(√v̂ + ε)
  Vec<T> direction(const Vec<T>& first, const Vec<T>& second) const {
    return inverse1_ * first / (xsimd::sqrt(inverse2_ * second) + epsilon_);
  }

 private:
  Vec<T> beta1_, beta2_, rest1_, rest2_, inverse1_, inverse2_, epsilon_,
      factor_;
};

}  // namespace

template <class T>
void sgd_update(const Recipe& recipe, const UpdateStep& step, double decay,
                const UpdateRows<T>& rows) {
  const Vec<T> factor = all<T>(step.factor), shrink = all<T>(decay);
  const Vec<T> momentum = all<T>(recipe.momentum), rate = all<T>(-step.rate);
  for_each_vector<T>(rows.count, [&](const auto& lanes) {
    const Vec<T> parameter = lanes.load(rows.parameter);
    Vec<T> update =
        xsimd::fma(shrink, parameter, factor * lanes.load(rows.gradient));
    if (rows.first != nullptr) {
      update = xsimd::fma(momentum, lanes.load(rows.first), update);
      lanes.store(rows.first, update);
    }
    lanes.store(rows.parameter, xsimd::fma(rate, update, parameter));
  });
}

template <class T>
void adamw_update(const Recipe& recipe, const UpdateStep& step, double decay,
                  const UpdateRows<T>& rows) {
  const Moments<T> moments(recipe, step);
  const Vec<T> keep = all<T>(1 - step.rate * decay);
  const Vec<T> rate = all<T>(-step.rate);
  for_each_vector<T>(rows.count, [&](const auto& lanes) {
    Vec<T> first = lanes.load(rows.first), second = lanes.load(rows.second);
    moments.move_on(lanes.load(rows.gradient), first, second);
    lanes.store(rows.first, first);
    lanes.store(rows.second, second);
    lanes.store(rows.parameter,
                xsimd::fma(rate, moments.direction(first, second),
                           keep * lanes.load(rows.parameter)));
  });
}

template <class T>
LambSquares lamb_moments(const Recipe& recipe, const UpdateStep& step,
                         double decay, const UpdateRows<T>& rows) {
  // w stays in the first cache until it is summed.
  constexpr std::size_t kBlock = 512;
  alignas(64) std::array<T, kBlock> update;
  const Moments<T> moments(recipe, step);
  const Vec<T> shrink = all<T>(decay);
  LambSquares squares;
  for (std::size_t begin = 0; begin < rows.count; begin += kBlock) {
    const std::size_t count = std::min(kBlock, rows.count - begin);
    const T* parameter = rows.parameter + begin;
    for_each_vector<T>(count, [&](const auto& lanes) {
      T *m = rows.first + begin, *v = rows.second + begin;
      Vec<T> first = lanes.load(m), second = lanes.load(v);
      moments.move_on(lanes.load(rows.gradient + begin), first, second);
      lanes.store(m, first);
      lanes.store(v, second);
      lanes.store(update.data(), xsimd::fma(shrink, lanes.load(parameter),
                                            moments.direction(first, second)));
    });
    squares.parameter += sum_of_squares(parameter, count);
    squares.update += sum_of_squares(update.data(), count);
  }
  return squares;
}

template <class T>
void lamb_update(const Recipe& recipe, const UpdateStep& step, double decay,
                 double ratio, const UpdateRows<T>& rows) {
  const Moments<T> moments(recipe, step);
  const Vec<T> shrink = all<T>(decay), rate = all<T>(-step.rate * ratio);
  for_each_vector<T>(rows.count, [&](const auto& lanes) {
    const Vec<T> parameter = lanes.load(rows.parameter);
    const Vec<T> update = xsimd::fma(
        shrink, parameter,
        moments.direction(lanes.load(rows.first), lanes.load(rows.second)));
    lanes.store(rows.parameter, xsimd::fma(rate, update, parameter));
  });
}

#define SUITE_INSTANTIATE(T)                                              \
  template void sgd_update<T>(const Recipe&, const UpdateStep&, double,   \
                              const UpdateRows<T>&);                      \
  template void adamw_update<T>(const Recipe&, const UpdateStep&, double, \
                                const UpdateRows<T>&);                    \
  template LambSquares lamb_moments<T>(const Recipe&, const UpdateStep&,  \
                                       double, const UpdateRows<T>&);     \
  template void lamb_update<T>(const Recipe&, const UpdateStep&, double,  \
                               double, const UpdateRows<T>&);
SUITE_INSTANTIATE(float)
SUITE_INSTANTIATE(double)
#undef SUITE_INSTANTIATE

}  // namespace suite
