#include "training/latents/latent_ablation.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "primitives/tensor.h"

namespace suite {
namespace {

// −log softmax(logits)[label] of each example.
std::vector<double> losses(const Tensor<float, 3>& logits,
                           const std::vector<std::int32_t>& labels) {
  const std::size_t classes = logits.shape(2);
  std::vector<double> all(labels.size());
  for (std::size_t b = 0; b < labels.size(); ++b) {
    const float* row = logits.data() + b * classes;
    const double most = static_cast<double>(*std::max_element(row, row + classes));
    double sum = 0;
    for (std::size_t c = 0; c < classes; ++c) {
      sum += std::exp(static_cast<double>(row[c]) - most);
    }
    all[b] = std::log(sum) + most -
             static_cast<double>(row[static_cast<std::size_t>(labels[b])]);
  }
  return all;
}

// rows[batch, M, D] where latent m is its mean over the examples.
Tensor<float, 3> without(const Tensor<float, 3>& rows, std::size_t m) {
  Tensor<float, 3> others = rows;
  for (std::size_t c = 0; c < rows.shape(2); ++c) {
    double sum = 0;
    for (std::size_t b = 0; b < rows.shape(0); ++b) {
      sum += static_cast<double>(rows(b, m, c));
    }
    const auto mean =
        static_cast<float>(sum / static_cast<double>(rows.shape(0)));
    for (std::size_t b = 0; b < rows.shape(0); ++b) others(b, m, c) = mean;
  }
  return others;
}

}  // namespace

std::optional<LatentAblation> ablate_latents(const ClassifierConfig& config,
                                             const Classifier<float>& model,
                                             const Task& task, Split split,
                                             std::uint64_t most) {
  const Facts& contestant = config.entry.contestant->facts;
  const std::size_t classes = task.facts().classes.size();
  if (!contestant.latents || contestant.queries) return std::nullopt;
  if (task.facts().outputs != 1) return std::nullopt;
  std::vector<std::uint64_t> numbers(std::min(most, task.size(split)));
  std::iota(numbers.begin(), numbers.end(), std::uint64_t{0});
  Examples examples;
  task.fill(split, numbers, examples);
  const auto workspace = model.workspace();
  Ledger ledger;
  const std::vector<double> with_all =
      losses(model.forward(examples.input, examples.mask, *workspace, ledger),
             examples.labels);
  const Tensor<float, 3> rows = model.rows(*workspace);
  LatentAblation found{.examples = std::vector<std::uint64_t>(classes),
                       .loss = std::vector<double>(classes)};
  found.rise.resize({rows.shape(1), classes});
  found.rise.fill(0);
  for (const std::int32_t label : examples.labels) {
    ++found.examples[static_cast<std::size_t>(label)];
  }
  const auto share = [&](std::size_t b) {
    return 1 / static_cast<double>(
                   found.examples[static_cast<std::size_t>(examples.labels[b])]);
  };
  for (std::size_t b = 0; b < numbers.size(); ++b) {
    found.loss[static_cast<std::size_t>(examples.labels[b])] +=
        share(b) * with_all[b];
  }
  for (std::size_t m = 0; m < rows.shape(1); ++m) {
    const std::vector<double> each =
        losses(model.logits_of(without(rows, m), examples.mask, *workspace,
                               ledger),
               examples.labels);
    for (std::size_t b = 0; b < numbers.size(); ++b) {
      found.rise(m, static_cast<std::size_t>(examples.labels[b])) +=
          share(b) * (each[b] - with_all[b]);
    }
  }
  return found;
}

}  // namespace suite
