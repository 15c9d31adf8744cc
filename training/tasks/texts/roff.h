// The prose of a manual page.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace suite {

// The paragraphs of a page in man's macros, each a line without markup. Left
// out are headings, tables, examples, what is shorter than 80 bytes or has few
// letters in it, and pages in mdoc's macros, whose words are arguments. Any
// bytes are a page; those of its characters stay what they are.
std::vector<std::string> paragraphs_of(std::string_view page);

}  // namespace suite
