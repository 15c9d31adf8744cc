// How far a run is: on a terminal one line that is written over, elsewhere a
// line a minute.
#pragma once

#include <chrono>
#include <string>

namespace suite {

class Progress {
 public:
  Progress();

  // "3/40 perceiver/N=4096 · 0:12 · 1:50 left"; `left` in seconds, or < 0 if
  // it is not known.
  void show(std::size_t done, std::size_t all, const std::string& what,
            double left);
  void clear();

  double elapsed() const;  // seconds

 private:
  bool on_terminal_;
  double written_ =
      0;  // seconds until the last line, where there is no terminal
  std::chrono::steady_clock::time_point start_;
};

}  // namespace suite
