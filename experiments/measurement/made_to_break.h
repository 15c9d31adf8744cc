// Contestants that are wrong on purpose, by what a test's encoder does.
#pragma once

#include <string>

#include "contract/registry.h"

namespace suite {

// Of inputs alone, its encoder made of a shape and of how it breaks; costs and
// oracle are still to be said.
template <template <class> class Encoder, class How>
Contestant made_to_break(const std::string& name, How how) {
  Contestant c;
  c.name = name;
  c.facts.dimensions = "N C batch";
  c.make_float = [how](const Shape& shape, const Options&) {
    return as_encoder(Encoder<float>(shape, how));
  };
  c.make_double = [how](const Shape& shape, const Options&) {
    return as_encoder(Encoder<double>(shape, how));
  };
  return c;
}

}  // namespace suite
