#include "primitives/convolution/batch_norm.h"

#include <cmath>

namespace suite {

template <class T>
BatchNorm<T>::BatchNorm(std::size_t channels) {
  scale.resize({channels});
  offset.resize({channels});
  mean.resize({channels});
  variance.resize({channels});
  mean.fill(T(0));
  variance.fill(T(1));
}

template <class T>
void BatchNorm<T>::for_each_parameter(const std::string& name,
                                      const ParameterVisitor<T>& visit) {
  visit_tensor(visit, name + ".scale", scale, Init::ones);
  visit_tensor(visit, name + ".offset", offset, Init::zeros);
}

template <class T>
void BatchNorm<T>::for_each_statistic(const std::string& name,
                                      const ParameterVisitor<T>& visit) {
  visit_tensor(visit, name + ".mean", mean, Init::zeros);
  visit_tensor(visit, name + ".variance", variance, Init::ones);
}

template <class T>
void BatchNorm<T>::as_affine(const T* bias, T* factors, T* terms) const {
  for (std::size_t c = 0; c < channels(); ++c) {
    const double factor =
        scale(c) / std::sqrt(static_cast<double>(variance(c)) + kEpsilon);
    const double centred = (bias == nullptr ? 0.0 : bias[c]) - mean(c);
    factors[c] = static_cast<T>(factor);
    terms[c] = static_cast<T>(offset(c) + factor * centred);
  }
}

template <class T>
void BatchNorm<T>::add_gradient(const Linear<T>& map, const Linear<T>& sums,
                                BatchNorm& gradient) const {
  for (std::size_t c = 0; c < channels(); ++c) {
    const double sum = sums.bias(c);
    double along = map.bias.size() > 0 ? sum * map.bias(c) : 0.0;
    for (std::size_t k = 0; k < map.in(); ++k) {
      along += static_cast<double>(map.weight(k, c)) * sums.weight(k, c);
    }
    const double deviation =
        std::sqrt(static_cast<double>(variance(c)) + kEpsilon);
    gradient.scale(c) += static_cast<T>((along - sum * mean(c)) / deviation);
    gradient.offset(c) += sums.bias(c);
  }
}

template struct BatchNorm<float>;
template struct BatchNorm<double>;

}  // namespace suite
