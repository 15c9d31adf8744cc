// How the suite says no: one line that names the value, where it stands and
// what is allowed.
#pragma once

#include <fmt/core.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace suite {

// Thrown for bad input and refused shapes. what() is one line, for a reader.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Throws Error with the formatted message unless `holds`. Always on: keep it
// outside inner loops.
template <class... Args>
void require(bool holds, fmt::format_string<Args...> message, Args&&... args) {
  if (!holds) throw Error(fmt::format(message, std::forward<Args>(args)...));
}

}  // namespace suite
