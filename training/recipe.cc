#include "training/recipe.h"

#include <fmt/format.h>

#include <limits>
#include <vector>

#include "training/named.h"

namespace suite {
namespace {

using Rule = Recipe::Rule;

NamedKind adam_like(const std::string& name, double epsilon, double decay) {
  return {name,
          {real("beta1", 0.9, "What is kept of the mean gradient a step?"),
           real("beta2", 0.999, "What is kept of the mean square a step?"),
           real("epsilon", epsilon, "What is added to the root?"),
           real("weight_decay", decay, "How fast do weights shrink?")}};
}

const std::vector<NamedKind>& kinds() {
  static const std::vector<NamedKind> kKinds = {
      {"sgd",
       {real("momentum", 0, "What is kept of the last step?"),
        real("weight_decay", 0, "How fast do weights shrink?")}},
      adam_like("adamw", 1e-8, 0.01),
      adam_like("lamb", 1e-6, 0.1)};
  return kKinds;
}

}  // namespace

int Recipe::moments() const {
  if (rule == Rule::sgd) return momentum > 0 ? 1 : 0;
  return 2;
}

Work Recipe::update_work(std::size_t parameters,
                         std::size_t scalar_bytes) const {
  // Read p, g and the moments, write p and the moments. LAMB reads all and
  // writes the moments, then reads p and the moments and writes p.
  std::uint64_t values = 3 + 2 * static_cast<std::uint64_t>(moments());
  if (rule == Rule::lamb) values += 3;
  return {.bytes_moved = values * parameters * scalar_bytes};
}

std::string Recipe::text() const {
  const std::string& name = kinds()[static_cast<std::size_t>(rule)].name;
  if (rule == Rule::sgd) {
    return fmt::format("{}(momentum={}, weight_decay={})", name, momentum,
                       weight_decay);
  }
  return fmt::format("{}(beta1={}, beta2={}, epsilon={}, weight_decay={})",
                     name, beta1, beta2, epsilon, weight_decay);
}

Recipe parse_recipe(std::string_view text) {
  constexpr double kAny = std::numeric_limits<double>::infinity();
  const Named named = parse_named("optimiser", text, kinds());
  Recipe recipe;
  recipe.weight_decay = real_value(named, "weight_decay", 0, kAny);
  if (named.name == "sgd") {
    recipe.rule = Rule::sgd;
    recipe.momentum = real_value(named, "momentum", 0, 1);
    return recipe;
  }
  recipe.rule = named.name == "lamb" ? Rule::lamb : Rule::adamw;
  recipe.beta1 = real_value(named, "beta1", 0, 1);
  recipe.beta2 = real_value(named, "beta2", 0, 1);
  // 0 would divide by 0 where a gradient always was 0.
  recipe.epsilon = real_value(named, "epsilon", 1e-30, kAny);
  return recipe;
}

}  // namespace suite
