#include "training/latents/look_of_latents.h"

#include <algorithm>
#include <map>
#include <vector>

#include "contract/registry.h"

namespace suite {
namespace {

constexpr std::uint64_t kAtOnce = 32;

bool looks(const Contestant& contestant) {
  return contestant.facts.latents &&
         std::any_of(contestant.options.begin(), contestant.options.end(),
                     [](const auto& option) { return option.name == "form"; });
}

// The same parameters, where weights are materialised.
std::unique_ptr<Encoder<float>> with_weights_kept(
    const ClassifierConfig& config, Encoder<float>& model, const Task& task) {
  ClassifierConfig kept = config;
  ContestantName name = parse_contestant_name(config.entry.name());
  name.options["form"] = "materialised";
  kept.entry = find_contestant(name.text());
  std::unique_ptr<Encoder<float>> copy =
      make_classifier<float>(kept, task.facts());
  std::map<std::string, std::span<const float>> values;
  model.for_each_parameter([&](const Parameter<float>& parameter) {
    values[parameter.name] = parameter.values;
  });
  copy->for_each_parameter([&](const Parameter<float>& parameter) {
    const auto& from = values.at(parameter.name);
    std::copy(from.begin(), from.end(), parameter.values.begin());
  });
  return copy;
}

}  // namespace

std::optional<AttentionMaps> look_of_latents(const ClassifierConfig& config,
                                             Encoder<float>& model,
                                             const Task& task, Split split,
                                             std::uint64_t most) {
  if (!looks(*config.entry.contestant)) return std::nullopt;
  const auto looking = with_weights_kept(config, model, task);
  const auto workspace = looking->workspace();
  const std::uint64_t count = std::min(most, task.size(split));
  AttentionMaps maps;
  Examples examples;
  Ledger ledger;
  std::vector<std::uint64_t> numbers;
  for (std::uint64_t first = 0; first < count; first += numbers.size()) {
    numbers.clear();
    for (std::uint64_t n = first; n < std::min(count, first + kAtOnce); ++n) {
      numbers.push_back(n);
    }
    task.fill(split, numbers, examples);
    looking->forward(examples.input, examples.mask, *workspace, ledger);
    const Tensor<float, 4>* weights = looking->cross_weights(*workspace);
    if (weights == nullptr) return std::nullopt;
    maps.add(*weights);
  }
  return maps;
}

}  // namespace suite
