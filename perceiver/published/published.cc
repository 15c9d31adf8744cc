#include "perceiver/published/published.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "perceiver/published/families.h"
#include "support/check.h"

namespace suite {
namespace {

std::vector<PublishedModel> all_models(const Semantics& semantics) {
  std::vector<PublishedModel> all;
  for (const std::vector<PublishedModel>& family :
       {image_models(semantics), image_ablations(), language_models(),
        flow_models(), video_models(), other_models()}) {
    all.insert(all.end(), family.begin(), family.end());
  }
  for (PublishedModel& model : all) model.config.semantics = semantics;
  return all;
}

}  // namespace

std::vector<std::string> published_names() {
  std::vector<std::string> names;
  for (const PublishedModel& model : all_models(deepmind_semantics())) {
    names.push_back(model.name);
  }
  return names;
}

PublishedModel published_model(std::string_view name,
                               const Semantics& semantics) {
  const std::vector<PublishedModel> all = all_models(semantics);
  const auto found = std::find_if(
      all.begin(), all.end(),
      [&](const PublishedModel& model) { return model.name == name; });
  require(found != all.end(), "{}: no such published model; known are {}", name,
          fmt::join(published_names(), ", "));
  return *found;
}

}  // namespace suite
