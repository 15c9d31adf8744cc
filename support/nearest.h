// What somebody meant who misspelt a word.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace suite {

// The least number of letters to insert, delete, replace or swap with their
// neighbour that makes one word of the other (Damerau 1964, in its restricted
// form). O(|a|·|b|).
std::size_t edit_distance(std::string_view a, std::string_view b);

// "; did you mean scaling_n?", of the nearest known word, whatever the case of
// its letters; empty where more than a third of the word's letters differ.
std::string did_you_mean(std::string_view word,
                         const std::vector<std::string>& known);

}  // namespace suite
