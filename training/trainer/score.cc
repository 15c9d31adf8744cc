#include "training/trainer/score.h"

#include <algorithm>
#include <cmath>

#include "support/check.h"

namespace suite {

LabelScore& LabelScore::operator+=(const LabelScore& other) {
  asked += other.asked;
  right += other.right;
  loss += other.loss;
  return *this;
}

template <class T>
LabelScore score_labels(const Tensor<T, 3>& logits,
                        std::span<const std::int32_t> labels) {
  const std::size_t rows = logits.shape(0) * logits.shape(1);
  const std::size_t classes = logits.shape(2);
  require(labels.size() == rows, "{} labels for {} rows of logits",
          labels.size(), rows);
  LabelScore score;
  for (std::size_t r = 0; r < rows; ++r) {
    if (labels[r] < 0) continue;
    const auto label = static_cast<std::size_t>(labels[r]);
    require(label < classes, "the label of row {} is {}; allowed are 0 to {}",
            r, label, classes - 1);
    const T* row = logits.data() + r * classes;
    const T* best = std::max_element(row, row + classes);
    double sum = 0;
    for (std::size_t c = 0; c < classes; ++c) {
      sum += std::exp(static_cast<double>(row[c] - *best));
    }
    const double loss = std::log(sum) - static_cast<double>(row[label] - *best);
    ++score.asked;
    score.loss += loss;
    score.right += std::isfinite(loss) && best == row + label;
  }
  return score;
}

template LabelScore score_labels<float>(const Tensor<float, 3>&,
                                        std::span<const std::int32_t>);
template LabelScore score_labels<double>(const Tensor<double, 3>&,
                                         std::span<const std::int32_t>);

}  // namespace suite
