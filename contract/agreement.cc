#include "contract/agreement.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <span>
#include <vector>

#include "contract/slope.h"
#include "primitives/random.h"

namespace suite {
namespace {

constexpr std::size_t kFewInputs = 389;  // several tiles, and a rest
constexpr std::size_t kFewLatents = 71;  // a panel, and a rest
constexpr std::size_t kFewChannels = 16;

std::size_t fewer_channels(std::size_t channels, std::size_t heads) {
  if (channels % heads != 0) return std::min(channels, 3 * kFewChannels);
  return heads * std::min(channels / heads, kFewChannels);
}

double largest_of(const oracle::Array& array) {
  double largest = 0;
  for (const double value : array.values) {
    largest = std::max(largest, std::abs(value));
  }
  return largest;
}

}  // namespace

// Rounding errors of a sum of n terms grow like √n; layers add theirs up. 8 is
// room for the constant factors of softmax, norm and GELU: on honest
// contestants the largest differences are a tenth of what this allows.
double allowed_error(const Shape& shape, double largest, double epsilon) {
  const double depth =
      std::sqrt(static_cast<double>(std::max({shape.N, shape.C, shape.D})));
  const auto layers = static_cast<double>(shape.B * (1 + shape.L));
  return 8 * epsilon * depth * layers * largest;
}

Shape small_shape(const Shape& shape, const Contestant& contestant,
                  const Options& options) {
  Shape small = shape;
  small.N = std::min(shape.N, kFewInputs);
  small.M = std::min(shape.M, kFewLatents);
  small.O = std::min(shape.O, kFewLatents);
  small.L = std::min<std::size_t>(shape.L, 2);
  small.batch = std::min<std::size_t>(shape.batch, 2);
  Shape narrow = small;
  narrow.B = std::min<std::size_t>(shape.B, 2);
  narrow.D = fewer_channels(shape.D, shape.H);
  narrow.C = shape.C == shape.D ? narrow.D : fewer_channels(shape.C, shape.H);
  try {
    contestant.cost(narrow, options, sizeof(float), 1);
    return narrow;
  } catch (const Error&) {
    return small;  // its options need the width or the blocks
  }
}

template <class T>
Tensor<T, 3> random_input(const Shape& shape, std::uint64_t seed) {
  Tensor<T, 3> input;
  input.resize({shape.batch, shape.N, shape.C});
  fill_normal<T>({input.data(), input.size()}, derive_seed(seed, "input"));
  return input;
}

template <class T>
Tensor<T, 3> random_input(const Shape& shape, std::uint64_t seed,
                          const InputShare& share) {
  Tensor<T, 3> input;
  input.resize({shape.batch, share.inputs(), shape.C});
  const std::size_t values = share.inputs() * shape.C;
  for (std::size_t b = 0; b < shape.batch; ++b) {
    fill_normal_from<T>((b * shape.N + share.first()) * shape.C,
                        {input.data() + b * values, values},
                        derive_seed(seed, "input"));
  }
  return input;
}

bool answers_alike(const Contestant& contestant) {
  return contestant.facts.latents && !contestant.facts.queries;
}

namespace {

// Of each rank, as many as of the others.
template <class T>
std::vector<T> of_all(const std::vector<T>& mine, Exchange& exchange) {
  std::vector<T> all(mine.size() * static_cast<std::size_t>(exchange.size()));
  exchange.gather(std::as_bytes(std::span(mine)),
                  std::as_writable_bytes(std::span(all)));
  return all;
}

}  // namespace

template <class T>
Tensor<T, 3> whole_output(const Contestant& contestant, const Tensor<T, 3>& own,
                          Exchange& exchange) {
  if (answers_alike(contestant)) return own;
  const std::size_t batch = own.shape(0), width = own.shape(2);
  const std::vector<std::size_t> rows =
      of_all<std::size_t>({own.shape(1)}, exchange);
  std::vector<T> mine(own.begin(), own.end());
  mine.resize(batch * *std::max_element(rows.begin(), rows.end()) * width);
  const std::vector<T> all = of_all(mine, exchange);
  Tensor<T, 3> whole;
  whole.resize({batch,
                std::accumulate(rows.begin(), rows.end(), std::size_t{0}),
                width});
  std::size_t first = 0;
  for (std::size_t rank = 0; rank < rows.size(); ++rank) {
    const std::size_t values = rows[rank] * width;
    for (std::size_t b = 0; b < batch && values > 0; ++b) {
      std::copy_n(&all[rank * mine.size() + b * values], values,
                  &whole(b, first, 0));
    }
    first += rows[rank];
  }
  return whole;
}

namespace {

template <class T>
Agreement compare_once(const Contestant& contestant, const Shape& shape,
                       const Options& options, std::uint64_t seed, bool masked,
                       Exchange* exchange) {
  const auto encoder = contestant.make<T>(shape, options);
  initialise(*encoder, seed);
  const Tensor<T, 3> input = random_input<T>(shape, seed);
  Mask mask;
  if (masked) mask.resize({shape.batch, shape.N});
  for (std::size_t i = 0; i < mask.size(); ++i) mask.data()[i] = i % 3 != 1;
  const auto workspace = encoder->workspace();
  Ledger ledger;
  Tensor<T, 3> output;
  if (exchange == nullptr) {
    output = encoder->forward(input, mask, *workspace, ledger);
  } else {
    const InputShare share =
        share_of(shape.N, exchange->rank(), exchange->size());
    encoder->share_out(*workspace, *exchange);
    output = whole_output(contestant,
                          encoder->forward(random_input<T>(shape, seed, share),
                                           mask, *workspace, ledger),
                          *exchange);
    if (share.rank > 0) return {};
  }
  const oracle::Array expected = contestant.reference(
      shape, options, snapshot(*encoder),
      {{shape.batch, shape.N, shape.C}, {input.begin(), input.end()}},
      {mask.begin(), mask.end()});
  require(output.shape(0) == expected.dim(0) &&
              output.shape(1) == expected.dim(1) &&
              output.shape(2) == expected.dim(2),
          "the output is [{}, {}, {}], the oracle's [{}, {}, {}]",
          output.shape(0), output.shape(1), output.shape(2), expected.dim(0),
          expected.dim(1), expected.dim(2));
  Agreement agreement;
  agreement.allowed = contestant.rounding *
                      allowed_error(shape, largest_of(expected),
                                    std::numeric_limits<T>::epsilon());
  for (std::size_t i = 0; i < output.size(); ++i) {
    const double difference =
        std::abs(static_cast<double>(output.data()[i]) - expected.values[i]);
    // Written so that a NaN stays.
    if (!(difference <= agreement.worst)) agreement.worst = difference;
    if (std::isnan(difference)) break;
  }
  return agreement;
}

}  // namespace

template <class T>
Agreement compare_with_oracle(const Contestant& contestant, const Shape& shape,
                              const Options& options, std::uint64_t seed,
                              bool masked, Exchange* exchange) {
  Agreement agreement =
      compare_once<T>(contestant, shape, options, seed, masked, exchange);
  for (int draw = 1; contestant.chooses && draw < kDraws; ++draw) {
    if (agreement.holds()) break;
    agreement = compare_once<T>(contestant, shape, options,
                                derive_seed(seed, fmt::format("draw{}", draw)),
                                masked, exchange);
  }
  return agreement;
}

Agreement compare_gradient(const Contestant& contestant, const Shape& shape,
                           const Options& options, std::uint64_t seed,
                           Keep keep) {
  const auto encoder = contestant.make<double>(shape, options);
  initialise(*encoder, seed);
  const auto trace = encoder->trace(keep);
  require(trace != nullptr, "{} has no backward", contestant.name);
  const auto gradient = encoder->copy();
  const auto workspace = encoder->workspace();
  const Tensor<double, 3> input = random_input<double>(shape, seed);
  Random random(derive_seed(seed, "direction"));
  Ledger ledger;
  Tensor<double, 3> weights =
      encoder->forward(input, no_mask(), *workspace, *trace, ledger);
  for (double& weight : weights) weight = random.normal();
  gradient->for_each_parameter([](const Parameter<double>& p) {
    std::fill(p.values.begin(), p.values.end(), 0.0);
  });
  encoder->backward(input, no_mask(), weights, *workspace, *trace, *gradient,
                    /*d_input=*/nullptr, ledger);
  std::vector<double> before, direction, derivative;
  encoder->for_each_parameter([&](const Parameter<double>& p) {
    before.insert(before.end(), p.values.begin(), p.values.end());
  });
  gradient->for_each_parameter([&](const Parameter<double>& p) {
    derivative.insert(derivative.end(), p.values.begin(), p.values.end());
  });
  double found = 0, size = 0;
  for (const double d : derivative) {
    direction.push_back(random.normal());
    found += d * direction.back();
    size += d * d;
  }
  const Slope slope = slope_at_zero([&](double step) {
    std::size_t i = 0;
    encoder->for_each_parameter([&](const Parameter<double>& p) {
      for (double& value : p.values) {
        value = before[i] + step * direction[i];
        ++i;
      }
    });
    const Tensor<double, 3>& output =
        encoder->forward(input, no_mask(), *workspace, ledger);
    double loss = 0;
    for (std::size_t o = 0; o < output.size(); ++o) {
      loss += weights.data()[o] * output.data()[o];
    }
    return loss;
  });
  return {.worst = std::abs(found - slope.value),
          .allowed = 1e-6 * std::sqrt(size) + 0.1 * slope.error};
}

template Tensor<float, 3> whole_output<float>(const Contestant&,
                                              const Tensor<float, 3>&,
                                              Exchange&);
template Tensor<double, 3> whole_output<double>(const Contestant&,
                                                const Tensor<double, 3>&,
                                                Exchange&);
template Tensor<float, 3> random_input<float>(const Shape&, std::uint64_t);
template Tensor<double, 3> random_input<double>(const Shape&, std::uint64_t);
template Tensor<float, 3> random_input<float>(const Shape&, std::uint64_t,
                                              const InputShare&);
template Tensor<double, 3> random_input<double>(const Shape&, std::uint64_t,
                                                const InputShare&);
template Agreement compare_with_oracle<float>(const Contestant&, const Shape&,
                                              const Options&, std::uint64_t,
                                              bool, Exchange*);
template Agreement compare_with_oracle<double>(const Contestant&, const Shape&,
                                               const Options&, std::uint64_t,
                                               bool, Exchange*);

}  // namespace suite
