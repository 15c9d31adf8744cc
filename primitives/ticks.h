// Time in the units of the processor's own counter: reading it costs a few
// nanoseconds, so that steps of a microsecond can be told apart.
#pragma once

#include <chrono>
#include <cstdint>

namespace suite {

using Ticks = std::uint64_t;

inline Ticks ticks_now() {
#if defined(__x86_64__)
  return __builtin_ia32_rdtsc();
#elif defined(__aarch64__)
  Ticks value;
  asm volatile("mrs %0, cntvct_el0" : "=r"(value));
  return value;
#else
  return static_cast<Ticks>(
      std::chrono::steady_clock::now().time_since_epoch().count());
#endif
}

// What a tick is worth, from the time that the object has lived.
class TickScale {
 public:
  double seconds_per_tick() const {
    const std::chrono::duration<double> spent =
        std::chrono::steady_clock::now() - start_;
    const auto ticks = static_cast<double>(ticks_now() - first_);
    return ticks > 0 ? spent.count() / ticks : 0;
  }

 private:
  std::chrono::steady_clock::time_point start_ =
      std::chrono::steady_clock::now();
  Ticks first_ = ticks_now();
};

// Laps: each goes to one account.
class TickClock {
 public:
  void lap(Ticks& account) {
    const Ticks now = ticks_now();
    account += now - last_;
    last_ = now;
  }

 private:
  Ticks last_ = ticks_now();
};

}  // namespace suite
