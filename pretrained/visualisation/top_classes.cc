#include "pretrained/visualisation/top_classes.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "pretrained/inputs/printable.h"
#include "support/check.h"

namespace suite {

template <class T>
std::vector<ClassShare> top_classes(std::span<const T> logits,
                                    std::size_t count) {
  for (std::size_t i = 0; i < logits.size(); ++i) {
    require(std::isfinite(logits[i]), "logit {} is {}", i, logits[i]);
  }
  std::vector<std::size_t> order(logits.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(
      order.begin(), order.end(),
      [&](std::size_t a, std::size_t b) { return logits[a] > logits[b]; });
  const auto exponential = [&](std::size_t i) {
    return std::exp(static_cast<double>(logits[i]) -
                    static_cast<double>(logits[order[0]]));
  };
  double sum = 0;
  for (const std::size_t i : order) sum += exponential(i);
  order.resize(std::min(count, order.size()));
  std::vector<ClassShare> classes;
  for (const std::size_t i : order)
    classes.push_back({i, exponential(i) / sum});
  return classes;
}

template std::vector<ClassShare> top_classes(std::span<const float>,
                                             std::size_t);
template std::vector<ClassShare> top_classes(std::span<const double>,
                                             std::size_t);

std::string top_classes_text(const std::vector<ClassShare>& classes,
                             const std::vector<std::string>& names) {
  std::string text;
  for (const ClassShare& one : classes) {
    require(names.empty() || one.index < names.size(),
            "class {} has no name: there are {} names", one.index,
            names.size());
    text += fmt::format("{:6.2f} %  {:>5}", 100 * one.probability, one.index);
    if (!names.empty()) text += "  " + printable(names[one.index]);
    text += '\n';
  }
  return text;
}

}  // namespace suite
