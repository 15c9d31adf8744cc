#include "primitives/parameter.h"

#include <algorithm>
#include <cmath>

#include "primitives/random.h"

namespace suite {
namespace {

// The deviation that a unit normal keeps when it is cut at two deviations.
constexpr double kTruncatedDeviation = 0.87962566103423978;
constexpr double kLatentDeviation = 0.02;  // Perceiver, App. C

// rows[·, cols] ← unit normal draws; each in turn loses what it shares with those
// before it in its block of `cols` and keeps its length (Gram and Schmidt; the
// blocks of Choromanski et al. 2021, §2.4). Cost: rows·cols² in double.
template <class T>
void fill_orthogonal(std::span<T> values, std::size_t cols,
                     std::uint64_t seed) {
  std::vector<double> rows(values.size());
  fill_normal<double>(rows, seed);
  for (std::size_t r = 0; r < rows.size() / cols; ++r) {
    double* row = rows.data() + r * cols;
    const auto dot = [&](const double* a, const double* b) {
      double sum = 0;
      for (std::size_t c = 0; c < cols; ++c) sum += a[c] * b[c];
      return sum;
    };
    const double length = std::sqrt(dot(row, row));
    // Twice, or a row that is left short has errors of the longer one.
    for (int round = 0; round < 2; ++round) {
      for (std::size_t before = r / cols * cols; before < r; ++before) {
        const double* other = rows.data() + before * cols;
        const double share = dot(row, other) / dot(other, other);
        for (std::size_t c = 0; c < cols; ++c) row[c] -= share * other[c];
      }
    }
    const double left = std::sqrt(dot(row, row));
    for (std::size_t c = 0; c < cols; ++c) row[c] *= length / left;
  }
  std::copy(rows.begin(), rows.end(), values.begin());
}

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
    case Init::fan_in:
    case Init::fan_in_of_rows: {
      const auto fan_in = static_cast<double>(
          parameter.init == Init::fan_in ? parameter.shape.front()
                                         : parameter.shape.back());
      fill_truncated_normal(parameter.values, stream,
                            std::sqrt(1 / fan_in) / kTruncatedDeviation);
      break;
    }
    case Init::orthogonal:
      fill_orthogonal(parameter.values, parameter.shape.back(), stream);
      break;
    case Init::latent:
      fill_truncated_normal(parameter.values, stream, kLatentDeviation);
      break;
  }
}

template void initialise<float>(const Parameter<float>&, std::uint64_t);
template void initialise<double>(const Parameter<double>&, std::uint64_t);

}  // namespace suite
