#include "experiments/learning/definition/learner.h"

namespace suite {

std::string Learner::id() const {
  std::string id = config.entry.name() + "/" + task;
  if (config.positions != InputPositions()) {
    id += "/positions=" + config.positions.text();
  }
  if (plan.latents != Latents::learned) {
    id += fmt::format("/latents={}", name_of(plan.latents));
  }
  const Facts& facts = config.entry.contestant->facts;
  for (const char* letter : {"M", "B", "D", "H", "L"}) {
    if (!facts.reads(letter)) continue;
    id += fmt::format("/{}={}", letter, dimension(config.shape, letter));
  }
  return id + fmt::format("/batch={}/{}/{}/steps={}", plan.batch,
                          plan.optimiser.text(), plan.schedule.text(), steps);
}

}  // namespace suite
