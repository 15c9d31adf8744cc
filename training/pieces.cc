#include "training/pieces.h"

#include <algorithm>

namespace suite {
namespace {

template <class T>
std::vector<std::size_t> sizes_of(std::span<const Parameter<T>> parameters) {
  std::vector<std::size_t> sizes;
  for (const Parameter<T>& each : parameters) {
    sizes.push_back(each.values.size());
  }
  return sizes;
}

}  // namespace

template <class T>
std::vector<Parameter<T>> parameters_of(Encoder<T>& model) {
  std::vector<Parameter<T>> parameters;
  model.for_each_parameter(
      [&](const Parameter<T>& each) { parameters.push_back(each); });
  return parameters;
}

Pieces::Pieces(std::span<const std::size_t> sizes) {
  std::size_t in_group = 0;
  for (std::size_t tensor = 0; tensor < sizes.size(); ++tensor) {
    for (std::size_t first = 0; first < sizes[tensor]; first += kMost) {
      const std::size_t count = std::min(kMost, sizes[tensor] - first);
      pieces_.push_back({tensor, first, count});
      in_group += count;
      if (in_group < kMost) continue;
      groups_.push_back(pieces_.size());
      in_group = 0;
    }
  }
  if (in_group > 0) groups_.push_back(pieces_.size());
}

template <class T>
Pieces::Pieces(std::span<const Parameter<T>> parameters)
    : Pieces(std::span<const std::size_t>(sizes_of(parameters))) {}

void Pieces::merge(std::span<const double> of_pieces,
                   std::span<double> sums) const {
  std::fill(sums.begin(), sums.end(), 0.0);
  for (std::size_t i = 0; i < pieces_.size(); ++i) {
    sums[pieces_[i].tensor] += of_pieces[i];
  }
}

template std::vector<Parameter<float>> parameters_of<float>(Encoder<float>&);
template std::vector<Parameter<double>> parameters_of<double>(Encoder<double>&);
template Pieces::Pieces(std::span<const Parameter<float>>);
template Pieces::Pieces(std::span<const Parameter<double>>);

}  // namespace suite
