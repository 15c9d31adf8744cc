#include "primitives/parameter.h"

#include <algorithm>
#include <cmath>

#include "primitives/random.h"

namespace suite {
namespace {

// The deviation that a unit normal keeps when it is cut at two deviations.
constexpr double kTruncatedDeviation = 0.87962566103423978;
constexpr double kLatentDeviation = 0.02;  // Perceiver, App. C

}  // namespace

template <class T>
void initialise(const Parameter<T>& parameter, std::uint64_t seed) {
  const std::uint64_t stream = derive_seed(seed, parameter.name);
  switch (parameter.init) {
    case Init::zeros:
      std::fill(parameter.values.begin(), parameter.values.end(), T(0));
      break;
    case Init::ones:
      std::fill(parameter.values.begin(), parameter.values.end(), T(1));
      break;
    case Init::fan_in: {
      const auto fan_in = static_cast<double>(parameter.shape.front());
      fill_truncated_normal(parameter.values, stream,
                            std::sqrt(1 / fan_in) / kTruncatedDeviation);
      break;
    }
    case Init::latent:
      fill_truncated_normal(parameter.values, stream, kLatentDeviation);
      break;
  }
}

template void initialise<float>(const Parameter<float>&, std::uint64_t);
template void initialise<double>(const Parameter<double>&, std::uint64_t);

}  // namespace suite
