#include "contract/golden/formula.h"

#include <algorithm>
#include <cmath>

namespace suite::golden {
namespace {

std::uint64_t hash(const std::string& name) {
  std::uint64_t value = 0xCBF29CE484222325u;
  for (const char byte : name) {
    value = (value ^ static_cast<unsigned char>(byte)) * 0x100000001B3u;
  }
  return value;
}

bool contains(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

std::vector<std::uint64_t> draws(const std::string& name, std::size_t count) {
  std::vector<std::uint64_t> numbers(count);
  std::uint64_t state = hash(name);
  for (std::uint64_t& number : numbers) {
    std::uint64_t z = state += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    number = z ^ (z >> 31);
  }
  return numbers;
}

std::vector<double> uniform(const std::string& name, std::size_t count) {
  std::vector<double> values(count);
  const std::vector<std::uint64_t> numbers = draws(name, count);
  for (std::size_t i = 0; i < count; ++i) {
    values[i] = static_cast<double>(numbers[i] >> 40) / (1 << 23) - 1;
  }
  return values;
}

std::vector<std::int64_t> tokens(const std::string& name, std::size_t count,
                                 std::size_t vocabulary) {
  std::vector<std::int64_t> values(count);
  const std::vector<std::uint64_t> numbers = draws(name, count);
  for (std::size_t i = 0; i < count; ++i) {
    values[i] = static_cast<std::int64_t>(numbers[i] % vocabulary);
  }
  return values;
}

std::vector<float> weight(const std::string& name,
                          const std::vector<std::size_t>& shape) {
  std::size_t count = 1, fan_in = 1;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    count *= shape[i];
    if (i > 0) fan_in *= shape[i];
  }
  float offset = 0, factor = 0.25f;
  if (name.ends_with("running_var") ||
      (shape.size() == 1 && name.ends_with("weight"))) {
    offset = 1;
  } else if (shape.size() > 1 && shape[0] > 1) {
    const bool learned = contains(name, "embedding") || contains(name, "latents");
    factor = learned ? 1 : static_cast<float>(
                               std::sqrt(3 / static_cast<double>(fan_in)));
  }
  std::vector<float> values(count);
  const std::vector<double> steps = uniform(name, count);
  std::transform(steps.begin(), steps.end(), values.begin(), [&](double step) {
    return offset + factor * static_cast<float>(step);
  });
  return values;
}

}  // namespace suite::golden
