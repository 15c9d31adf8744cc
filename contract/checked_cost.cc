#include "contract/checked_cost.h"

#include <algorithm>
#include <exception>
#include <vector>

#include "support/check.h"

namespace suite {
namespace {

// No term of a cost has more than the square of a letter, or of channels: where
// one doubles, nothing is more than four times as much.
constexpr double kGrowth = 4;
constexpr double kMost = 0x1p63;
// So small that some steps from there may be refused.
constexpr double kSmall = 0x1p45;

std::size_t half(std::size_t value) { return value - value / 2; }

// C and D, whose ratio and heads stay what they are.
void halve_channels(Shape& shape) {
  const std::size_t heads = std::max<std::size_t>(shape.H, 1);
  const bool by_head = shape.C % heads == 0;
  const std::size_t per_head = shape.D / heads;
  if (per_head <= 1 && heads > 1) {
    shape.H = half(heads);
    shape.C = by_head ? shape.C / heads * shape.H : half(shape.C);
    shape.D = per_head * shape.H;
    return;
  }
  shape.C = by_head ? heads * half(shape.C / heads) : half(shape.C);
  shape.D = heads * half(per_head);
}

constexpr int kTurns = 7;

void halve(Shape& shape, int turn) {
  if (turn == 6) return halve_channels(shape);
  // What stands in a square goes on to stand in one.
  if (turn == 0 && shape.N % 4 == 0) shape.N /= 2;
  std::size_t* letters[] = {&shape.N, &shape.M,     &shape.O,
                            &shape.B, &shape.batch, &shape.L};
  *letters[turn] = half(*letters[turn]);
}

// More than any cost at that shape.
double bound(const Shape& shape) {
  const double rows = static_cast<double>(shape.N) +
                      static_cast<double>(shape.M) +
                      static_cast<double>(shape.O) + 1;
  const double channels =
      static_cast<double>(shape.C) + static_cast<double>(shape.D) + 1;
  const double layers =
      static_cast<double>(shape.B) * (static_cast<double>(shape.L) + 1) + 1;
  return 64 * static_cast<double>(shape.batch) * layers * rows * rows *
         channels * channels;
}

double largest_count(const Cost& cost) {
  double flops = 0, bytes = 0;
  for (const Work& part : cost.parts) {
    flops += 2 * static_cast<double>(part.macs) +
             3 * static_cast<double>(part.logits);
    bytes += static_cast<double>(part.bytes_moved);
  }
  return std::max({flops, bytes, static_cast<double>(cost.bytes_held),
                   static_cast<double>(cost.parameters)});
}

// How much the cost may grow from one shape of a way to the next.
double growth(const Shape& from, const Shape& to) {
  return to.N > 2 * from.N ? kGrowth * kGrowth : kGrowth;
}

// From a shape whose cost can't wrap to `shape`, a step in one letter after
// another.
std::vector<Shape> way_to(const Shape& shape) {
  std::vector<Shape> way = {shape};
  if (bound(shape) < kMost) return way;
  for (int turn = 0; bound(way.back()) >= kSmall; turn = (turn + 1) % kTurns) {
    Shape next = way.back();
    halve(next, turn);
    if (!(next == way.back())) way.push_back(next);
  }
  std::reverse(way.begin(), way.end());
  return way;
}

[[noreturn]] void refuse(const Shape& shape, const DeclaredCost& declared) {
  try {
    declared(shape);
  } catch (const Error&) {
    throw;  // a reason of its own
  } catch (const std::exception&) {
    // So large that it can't even be asked.
  }
  throw Error(fmt::format(
      "its cost may exceed 2^63, more than is counted: N = {}, M = {}, B = {}, "
      "C = {}, D = {}, L = {}, O = {}, batch = {}",
      shape.N, shape.M, shape.B, shape.C, shape.D, shape.L, shape.O,
      shape.batch));
}

}  // namespace

Cost checked_cost(const Shape& shape, const DeclaredCost& declared) {
  const std::vector<Shape> way = way_to(shape);
  // What it may be at the next shape, if a step there is not known to be small.
  double may_be = bound(way.front());
  for (std::size_t i = 0; i + 1 < way.size(); ++i) {
    if (may_be >= kMost) break;
    try {
      may_be = largest_count(declared(way[i]));
    } catch (const Error&) {
      // A shape on the way may be refused where the last is not.
    }
    may_be *= growth(way[i], way[i + 1]);
  }
  if (may_be >= kMost) refuse(shape, declared);
  return declared(shape);
}

}  // namespace suite
