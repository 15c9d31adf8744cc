#include "experiments/learning/run/latent_files.h"

#include <algorithm>

#include "support/csv.h"
#include "support/files.h"
#include "support/formats/npy.h"
#include "training/latents/latent_ablation.h"
#include "training/latents/look_of_latents.h"

namespace suite {
namespace {

constexpr std::uint64_t kLookedAt = 256, kAblated = 2000;

std::string loss_csv(const LatentAblation& ablation, const TaskFacts& task) {
  std::string text = "latent,class,examples,loss,loss_rise\n";
  for (std::size_t m = 0; m < ablation.rise.shape(0); ++m) {
    for (std::size_t c = 0; c < task.classes.size(); ++c) {
      text += fmt::format("{},{},{},{},{}\n", m, csv_field(task.classes[c]),
                          ablation.examples[c], exact(ablation.loss[c]),
                          exact(ablation.rise(m, c)));
    }
  }
  return text;
}

}  // namespace

void write_latents(const std::string& folder, const std::string& name,
                   const Learner& learner, std::uint64_t seed,
                   const Task& task, Classifier<float>& model) {
  const auto look = [&](Classifier<float>& at) {
    return look_of_latents(learner.config, at, task, Split::held_out,
                           kLookedAt);
  };
  const std::optional<AttentionMaps> now = look(model);
  if (!now) return;
  TrainingPlan plan = learner.plan;
  plan.seed = seed;
  Trainer<float> untrained(task, learner.config, plan);
  const Tensor<float, 2> before = look(untrained.model())->mean();
  const Tensor<float, 2> after = now->mean();
  std::vector<float> maps(before.begin(), before.end());
  maps.insert(maps.end(), after.begin(), after.end());
  make_folder(folder + "/latents");
  write_npy(fmt::format("{}/latents/{}-maps.npy", folder, name),
            {2, after.shape(0), after.shape(1)}, maps);
  const auto ablation = ablate_latents(learner.config, model, task,
                                       Split::held_out, kAblated);
  if (!ablation) return;
  replace_file(fmt::format("{}/latents/{}-loss.csv", folder, name),
               loss_csv(*ablation, task.facts()));
}

}  // namespace suite
