#include "pretrained/run/reconstruction.h"

#include <cmath>

namespace suite {
namespace {

std::string line_of(const char* what, double squares, std::size_t count,
                    double range) {
  const double mean = squares / static_cast<double>(count);
  return fmt::format("{}: PSNR {:.2f} dB over {} values\n", what,
                     10 * std::log10(range * range / mean), count);
}

// Which output a row of an answer is.
std::size_t point(const ModelInputs& inputs, const std::string& name,
                  std::size_t row) {
  const auto named = inputs.points.find(name);
  return named == inputs.points.end() ? row : named->second[row];
}

template <class ValueAt>
double squared_error(const Answer& answer, const ModelInputs& inputs,
                     const ValueAt& value_at) {
  const Tensor<float, 3>& ours = *answer.values;
  double sum = 0;
  for (std::size_t b = 0; b < ours.shape(0); ++b) {
    for (std::size_t r = 0; r < ours.shape(1); ++r) {
      const std::size_t at = point(inputs, answer.name, r);
      for (std::size_t c = 0; c < ours.shape(2); ++c) {
        const double error = ours(b, r, c) - value_at(b, at, c);
        sum += error * error;
      }
    }
  }
  return sum;
}

const std::vector<std::size_t>& extents_of(const IoConfig& config,
                                           const std::string& name) {
  for (const Modality& modality : config.inputs) {
    if (modality.name == name) {
      return std::get<GridInput>(modality.input).extents;
    }
  }
  throw Error(fmt::format("{}: the model takes none", name));
}

bool same_grid(const IoConfig& config, const std::string& name) {
  for (const QueryConfig& query : config.decoder.queries) {
    if (query.name == name) return query.extents == extents_of(config, name);
  }
  return false;
}

}  // namespace

std::string reconstruction_text(const IoConfig& config,
                                const ModelInputs& inputs,
                                const std::vector<Answer>& answers) {
  std::string text;
  for (const Answer& answer : answers) {
    const Tensor<float, 3>& ours = *answer.values;
    if (answer.name == "audio") {
      const Tensor<float, 3>& sound = inputs.arrays.at("audio").values;
      const double squares = squared_error(
          answer, inputs, [&](std::size_t b, std::size_t at, std::size_t c) {
            return sound(b, at * ours.shape(2) + c, 0);
          });
      text += line_of("sound", squares, ours.size(), 2);
    } else if (answer.name == "image" && same_grid(config, "image")) {
      const Tensor<float, 3>& film = inputs.arrays.at("image").values;
      const std::size_t pixels = film.shape(2);
      const double squares = squared_error(
          answer, inputs, [&](std::size_t b, std::size_t at, std::size_t c) {
            return film(b, at / pixels * ours.shape(2) + c, at % pixels);
          });
      text += line_of("film", squares, ours.size(), 1);
    }
  }
  return text;
}

}  // namespace suite
