#include "primitives/cost.h"

namespace suite {

Work& Work::operator+=(const Work& other) {
  macs += other.macs;
  logits += other.logits;
  bytes_moved += other.bytes_moved;
  seconds += other.seconds;
  return *this;
}

bool Work::operator==(const Work& other) const {
  return macs == other.macs && logits == other.logits &&
         bytes_moved == other.bytes_moved;
}

Work operator+(Work a, const Work& b) { return a += b; }

Work operator-(Work a, const Work& b) {
  a.macs -= b.macs;
  a.logits -= b.logits;
  a.bytes_moved -= b.bytes_moved;
  return a;
}

Work operator*(std::uint64_t times, Work work) {
  return {times * work.macs, times * work.logits, times * work.bytes_moved,
          static_cast<double>(times) * work.seconds};
}

Work Cost::total() const {
  Work sum;
  for (const Work& part : parts) sum += part;
  return sum;
}

Cost& Cost::operator+=(const Cost& other) {
  for (int part = 0; part < kParts; ++part) parts[part] += other.parts[part];
  bytes_held += other.bytes_held;
  parameters += other.parameters;
  return *this;
}

Cost operator+(Cost a, const Cost& b) { return a += b; }

Cost operator-(Cost a, const Cost& b) {
  for (int part = 0; part < kParts; ++part) {
    a.parts[part] = a.parts[part] - b.parts[part];
  }
  return a;
}

Cost operator*(std::uint64_t times, Cost cost) {
  for (Work& part : cost.parts) part = times * part;
  cost.bytes_held *= times;
  cost.parameters *= times;
  return cost;
}

Meter::Meter(Ledger& ledger, Part part)
    : ledger_(ledger), part_(part), start_(std::chrono::steady_clock::now()) {}

Meter::~Meter() {
  if (!ledger_.computes()) return;
  const std::chrono::duration<double> spent =
      std::chrono::steady_clock::now() - start_;
  ledger_.add(part_, {.seconds = spent.count()});
}

bool Meter::add(const Work& work) const {
  ledger_.add(part_, work);
  return ledger_.computes();
}

}  // namespace suite
