// Ranks: processes, of one machine or of many, that each run the same program
// on a share of the inputs. What they tell one another goes through an
// Exchange.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

#include "primitives/cost.h"
#include "support/check.h"

namespace suite {

// All ranks call the same functions in the same order. Each throws Error for a
// partner that is gone or silent for too long, if it can be known.
class Exchange {
 public:
  virtual ~Exchange() = default;

  virtual int rank() const = 0;  // 0 … size() − 1
  virtual int size() const = 0;

  // Sends to one rank and receives from another, or the same one, both at once.
  // Each knows how many bytes come.
  virtual void pass(int to, std::span<const std::byte> sent, int from,
                    std::span<std::byte> received) = 0;
  void swap(int partner, std::span<const std::byte> sent,
            std::span<std::byte> received) {
    pass(partner, sent, partner, received);
  }
  // bytes ← those of rank 0.
  virtual void broadcast(std::span<std::byte> bytes) = 0;
  // all[size, bytes] ← what each rank gives, as many bytes as the others, in
  // the order of ranks.
  virtual void gather(std::span<const std::byte> mine,
                      std::span<std::byte> all) = 0;
  // Returns once all ranks are here.
  virtual void barrier() = 0;
};

// A rank alone.
class OneRank : public Exchange {
 public:
  int rank() const override { return 0; }
  int size() const override { return 1; }
  void pass(int to, std::span<const std::byte>, int,
            std::span<std::byte>) override {
    throw Error(fmt::format("rank 0 is alone: there is no rank {}", to));
  }
  void broadcast(std::span<std::byte>) override {}
  void gather(std::span<const std::byte> mine,
              std::span<std::byte> all) override {
    std::copy(mine.begin(), mine.end(), all.begin());
  }
  void barrier() override {}
};

// Exchange::pass() of values, booked: bytes sent, and the time until both are
// done, waiting included.
template <class T>
void pass_values(Exchange& exchange, std::size_t to, std::span<const T> sent,
                 std::size_t from, std::span<T> received, Ledger& ledger) {
  const Meter meter = ledger[Part::exchange];
  if (!meter.add({.bytes_moved = sent.size_bytes()})) return;
  exchange.pass(static_cast<int>(to), std::as_bytes(sent),
                static_cast<int>(from), std::as_writable_bytes(received));
}

// The same of Exchange::swap().
template <class T>
void swap_values(Exchange& exchange, int partner, std::span<const T> sent,
                 std::span<T> received, Ledger& ledger) {
  const auto rank = static_cast<std::size_t>(partner);
  pass_values<T>(exchange, rank, sent, rank, received, ledger);
}

}  // namespace suite
