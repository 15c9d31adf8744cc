// The records by family: what published.cc gathers.
#pragma once

#include "perceiver/published/published.h"

namespace suite {

std::vector<PublishedModel> image_models(const Semantics& semantics);
std::vector<PublishedModel> image_ablations();  // of the first Perceiver
std::vector<PublishedModel> language_models();
std::vector<PublishedModel> flow_models();
std::vector<PublishedModel> video_models();
std::vector<PublishedModel> other_models();  // points, units of a game

}  // namespace suite
