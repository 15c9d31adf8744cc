// Where the seconds of a run went.
#pragma once

#include "experiments/run/progress.h"

namespace suite {

struct Accounts {
  double calibration = 0, checks = 0, builds = 0, warm_up = 0, timed = 0;
};

// While it lives, time goes to one account.
class Spent {
 public:
  Spent(double& account, const Progress& clock)
      : account_(account), clock_(clock), start_(clock.elapsed()) {}
  ~Spent() { account_ += clock_.elapsed() - start_; }

 private:
  double& account_;
  const Progress& clock_;
  double start_;
};

}  // namespace suite
