// One line that tells how far a run is. Silent where nobody watches.
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
  std::chrono::steady_clock::time_point start_;
};

}  // namespace suite
