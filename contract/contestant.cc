#include "contract/contestant.h"

#include <sstream>

#include "support/check.h"

namespace suite {

bool Facts::reads(std::string_view name) const {
  std::istringstream words(dimensions);
  for (std::string word; words >> word;) {
    if (word == name) return true;
  }
  return false;
}

std::string Entry::name() const {
  const std::string& name = contestant->name;
  const std::string suffix = options.suffix();
  if (suffix.empty() || !name.ends_with(')')) return name + suffix;
  return name.substr(0, name.size() - 1) + ", " + suffix.substr(1);
}

template <>
std::unique_ptr<Encoder<float>> Contestant::make(const Shape& shape,
                                                 const Options& chosen) const {
  return make_float(shape, chosen);
}

template <>
std::unique_ptr<Encoder<double>> Contestant::make(
    const Shape& shape, const Options& chosen) const {
  return make_double(shape, chosen);
}

template <class T>
void initialise(Encoder<T>& encoder, std::uint64_t seed) {
  encoder.for_each_parameter([seed](const Parameter<T>& parameter) {
    initialise(parameter, seed);
  });
}

template <class T>
oracle::Parameters snapshot(Encoder<T>& encoder) {
  oracle::Parameters parameters;
  encoder.for_each_parameter([&](const Parameter<T>& parameter) {
    oracle::Array array{parameter.shape,
                        {parameter.values.begin(), parameter.values.end()}};
    require(parameters.emplace(parameter.name, std::move(array)).second,
            "parameter {} is visited twice", parameter.name);
  });
  return parameters;
}

template void initialise<float>(Encoder<float>&, std::uint64_t);
template void initialise<double>(Encoder<double>&, std::uint64_t);
template oracle::Parameters snapshot<float>(Encoder<float>&);
template oracle::Parameters snapshot<double>(Encoder<double>&);

}  // namespace suite
