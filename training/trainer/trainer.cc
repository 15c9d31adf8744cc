#include "training/trainer/trainer.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <type_traits>
#include <vector>

#include "primitives/random.h"
#include "support/check.h"
#include "training/clip.h"
#include "training/loss.h"
#include "training/trainer/score.h"

namespace suite {
namespace {

// As many at once as a cache's worth of activations; the score doesn't depend
// on it.
constexpr std::uint64_t kScoredAtOnce = 64;

constexpr std::array<std::string_view, 3> kLatentsNames = {"learned", "frozen",
                                                           "identical"};

// "latents", or as a part of a larger model "encoder.latents".
bool are_latents(std::string_view parameter) {
  return parameter == "latents" || parameter.ends_with(".latents");
}

template <class T>
std::unique_ptr<Classifier<T>> drawn(const ClassifierConfig& config,
                                     const TaskFacts& task,
                                     const TrainingPlan& plan) {
  std::unique_ptr<Classifier<T>> model = make_classifier<T>(config, task);
  initialise(*model, plan.seed);
  bool has_latents = false;
  model->for_each_parameter([&](const Parameter<T>& parameter) {
    if (!are_latents(parameter.name)) return;
    has_latents = true;
    if (plan.latents != Latents::identical) return;
    const std::size_t channels = parameter.shape.back();
    for (std::size_t i = channels; i < parameter.values.size(); ++i) {
      parameter.values[i] = parameter.values[i - channels];
    }
  });
  require(has_latents || plan.latents == Latents::learned,
          "latents = {}, and {} has none", name_of(plan.latents),
          config.entry.name());
  return model;
}

}  // namespace

std::string_view name_of(Latents latents) {
  return kLatentsNames[static_cast<std::size_t>(latents)];
}

Latents parse_latents(std::string_view name) {
  const auto found =
      std::find(kLatentsNames.begin(), kLatentsNames.end(), name);
  require(found != kLatentsNames.end(), "latents = {}: allowed are {}", name,
          fmt::join(kLatentsNames, ", "));
  return static_cast<Latents>(found - kLatentsNames.begin());
}

template <class T>
Trainer<T>::Trainer(const Task& task, const ClassifierConfig& config,
                    const TrainingPlan& plan)
    : task_(task),
      plan_(plan),
      model_(drawn<T>(config, task.facts(), plan)),
      gradient_(model_->copy()),
      workspace_(model_->workspace()),
      trace_(model_->trace(plan.keep)),
      optimiser_(plan.optimiser, *model_,
                 [this](const Parameter<T>& parameter) {
                   return decays_with_two_axes(parameter) &&
                          !is_frozen(parameter);
                 }),
      order_(task.size(Split::train), plan.batch,
             derive_seed(plan.seed, "order of examples")) {}

// Without a gradient and without decay a parameter stays, to the bit.
template <class T>
bool Trainer<T>::is_frozen(const Parameter<T>& parameter) const {
  return plan_.latents == Latents::frozen && are_latents(parameter.name);
}

template <class T>
void Trainer<T>::load(Split split, std::span<const std::uint64_t> numbers) {
  task_.fill(split, numbers, examples_);
  if constexpr (!std::is_same_v<T, float>) {
    converted_.resize(examples_.input.shape());
    std::copy(examples_.input.begin(), examples_.input.end(),
              converted_.begin());
  }
}

template <class T>
const Tensor<T, 3>& Trainer<T>::input() const {
  if constexpr (std::is_same_v<T, float>) {
    return examples_.input;
  } else {
    return converted_;
  }
}

template <class T>
StepReport Trainer<T>::step() {
  const std::uint64_t step = steps();
  load(Split::train, order_.of_step(step));
  gradient_->for_each_parameter([](const Parameter<T>& parameter) {
    std::fill(parameter.values.begin(), parameter.values.end(), T(0));
  });
  ledger_.clear();
  StepReport report{.rate = plan_.schedule.at(step)};
  const Tensor<T, 3>& logits = model_->forward(input(), examples_.mask,
                                               *workspace_, *trace_, ledger_);
  report.loss = cross_entropy(logits, examples_.labels, plan_.smoothing,
                              d_logits_, ledger_[Part::softmax]);
  require(std::isfinite(report.loss), "step {}: the loss is {}", step,
          report.loss);
  model_->backward(input(), examples_.mask, d_logits_, *workspace_, *trace_,
                   *gradient_, /*d_input=*/nullptr, ledger_);
  gradient_->for_each_parameter([&](const Parameter<T>& parameter) {
    if (!is_frozen(parameter)) return;
    std::fill(parameter.values.begin(), parameter.values.end(), T(0));
  });
  try {
    const Clip clip = clip_by_global_norm(*gradient_, plan_.clip, ledger_);
    report.gradient_norm = clip.norm;
    optimiser_.update(*model_, *gradient_, report.rate, clip, ledger_);
  } catch (const Error& error) {
    throw Error(fmt::format("step {}: {}", step, error.what()));
  }
  report.macs = ledger_.counted().total().macs;
  return report;
}

template <class T>
Score Trainer<T>::evaluate(Split split, std::uint64_t most) {
  const std::uint64_t count = std::min(most, task_.size(split));
  require(count > 0, "{} has no {} examples", task_.facts().name,
          name_of(split));
  LabelScore sum;
  std::vector<std::uint64_t> numbers;
  for (std::uint64_t first = 0; first < count; first += numbers.size()) {
    numbers.clear();
    for (std::uint64_t n = first; n < std::min(count, first + kScoredAtOnce);
         ++n) {
      numbers.push_back(n);
    }
    load(split, numbers);
    sum += score_labels(
        model_->forward(input(), examples_.mask, *workspace_, ledger_),
        examples_.labels);
  }
  ledger_.clear();
  const auto asked = static_cast<double>(sum.asked);
  return {.loss = sum.loss / asked,
          .accuracy = static_cast<double>(sum.right) / asked,
          .examples = count};
}

template <class T>
std::uint64_t Trainer<T>::parameters() {
  std::uint64_t count = 0;
  model_->for_each_parameter(
      [&](const Parameter<T>& parameter) { count += parameter.values.size(); });
  return count;
}

template <class T>
void Trainer<T>::for_each_state(const ParameterVisitor<T>& visit) {
  model_->for_each_parameter(visit);
  optimiser_.for_each_state([&](Parameter<T> state) {
    state.name = "optimiser/" + state.name;
    visit(state);
  });
}

template class Trainer<float>;
template class Trainer<double>;

}  // namespace suite
