// The published Perceivers by name, each a record (Jaegle et al. 2021; 2022,
// the papers and DeepMind's code for them). A family of models has a file.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "perceiver/io/config.h"

namespace suite {

struct PublishedModel {
  std::string name;    // "perceiver_io_language_bytes"
  std::string source;  // the paper, and where in it
  IoConfig config;
};

// In the order of the families.
std::vector<std::string> published_names();

// Throws Error for an unknown name, with those that are known.
PublishedModel published_model(
    std::string_view name, const Semantics& semantics = deepmind_semantics());

}  // namespace suite
