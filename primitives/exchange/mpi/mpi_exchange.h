// Ranks that are processes started by mpirun. Nothing else includes mpi.h.
#pragma once

#include <cstdint>
#include <string>

#include "primitives/exchange/exchange.h"

namespace suite {

// At most one lives in a process, which calls it from its main thread alone.
class MpiExchange : public Exchange {
 public:
  // A rank that keeps this one waiting for more than `patience` seconds, and
  // for more than ten times as long as this one worked before, is given up: who
  // is waited for is said on stderr, and all ranks end. Who waits for rank 0 to
  // say what comes next has twenty times the patience.
  explicit MpiExchange(double patience);
  ~MpiExchange() override;

  int rank() const override { return rank_; }
  int size() const override { return size_; }
  void pass(int to, std::span<const std::byte> sent, int from,
            std::span<std::byte> received) override;
  void broadcast(std::span<std::byte> bytes) override;
  void gather(std::span<const std::byte> mine,
              std::span<std::byte> all) override;
  void barrier() override;

 private:
  class Requests;
  void send(int partner, int tag, std::span<const std::byte> bytes,
            Requests& requests);
  void receive(int partner, int tag, std::span<std::byte> bytes,
               Requests& requests);
  void wait(int partner, double patience, Requests& requests);

  double patience_;
  int rank_ = 0, size_ = 1;
  double returned_ = 0;  // when the last wait ended
};

// Ends all ranks at once, after a word on stderr.
[[noreturn]] void end_all_ranks(const std::string& why);

std::string mpi_version();  // "Open MPI v4.1.4, …"

// What this rank sent by Exchange::pass(), as counted at MPI's profiling
// interface: by what MPI was given, not by what was meant.
std::uint64_t bytes_given_to_mpi();

}  // namespace suite
