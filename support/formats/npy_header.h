// The header of a .npy file: a Python dict, such as
// {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace suite {

struct NpyHeader {
  std::string descr;  // "<f4"
  bool fortran_order = false;
  std::vector<std::size_t> shape;
};

// Throws Error, one line that begins with `where`, unless `text` is a dict of
// these three keys, each once, and at most white space after it.
NpyHeader parse_npy_header(const std::string& where, std::string_view text);

}  // namespace suite
