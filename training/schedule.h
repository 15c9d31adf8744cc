// The learning rate of each step, as a value.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace suite {

struct Schedule {
  enum class Form {
    constant,  // Perceiver §4.3
    step,      // to a tenth at each drop; Perceiver §4.1
    // From 0 at step 0 linearly to the rate at step `first`, then down half a
    // cosine (Loshchilov and Hutter 2017, Eq. 5) to 0 at `steps`; Perceiver IO,
    // Table 12.
    warm_up_cosine,
    flat_cosine,  // the same, but flat before `first`; Perceiver IO, A.1
  };

  Form form = Form::constant;
  double rate = 1e-3;                     // the highest
  std::uint64_t first = 0;                // steps before the cosine
  std::uint64_t steps = 0;                // until the cosine is 0, and stays so
  std::vector<std::uint64_t> drops = {};  // the first steps of lower rates

  // The rate of step 0, 1, … Cost: O(1), O(drops).
  double at(std::uint64_t step) const;

  // As parse_schedule reads it.
  std::string text() const;

  bool operator==(const Schedule&) const = default;
};

// constant(rate=0.001), step(rate=0.001, at=84:102:114),
// warm_up_cosine(rate=0.001, warm_up=200, steps=3000) or
// flat_cosine(rate=0.001, flat=55, steps=110). A rate left out is 0.001, at
// must be given, and so must steps. Throws Error for what is not of these
// forms, naming what is known and allowed.
Schedule parse_schedule(std::string_view text);

}  // namespace suite
