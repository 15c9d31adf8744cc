#include "primitives/exchange/mpi/mpi_exchange.h"

#define OMPI_SKIP_MPICXX  // no classes, which want one more library
#include <mpi.h>
#include <sched.h>
#include <unistd.h>

#include <vector>

#include "primitives/exchange/mpi/tags.h"

namespace suite {
namespace {

// Of one message: MPI counts bytes in an int.
constexpr std::size_t kMostBytes = std::size_t{1} << 30;
// Of a wait that spins, lets others run, sleeps: who waits long isn't timed, or
// pays a two-hundredth.
constexpr int kSpins = 2000;
constexpr double kSecondsAwake = 0.01;
constexpr unsigned kNapMicroseconds = 50;
constexpr double kTimesSlower = 10, kTimesIdle = 20;

}  // namespace

class MpiExchange::Requests {
 public:
  MPI_Request* add() { return &all_.emplace_back(MPI_REQUEST_NULL); }
  bool done() {
    int all = 0;
    MPI_Testall(static_cast<int>(all_.size()), all_.data(), &all,
                MPI_STATUSES_IGNORE);
    return all != 0;
  }

 private:
  std::vector<MPI_Request> all_;
};

MpiExchange::MpiExchange(double patience) : patience_(patience) {
  int given = 0;
  MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &given);
  require(given >= MPI_THREAD_FUNNELED,
          "this MPI does not bear threads in a rank");
  MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
  MPI_Comm_size(MPI_COMM_WORLD, &size_);
  returned_ = MPI_Wtime();
}

MpiExchange::~MpiExchange() { MPI_Finalize(); }

void MpiExchange::send(int partner, int tag, std::span<const std::byte> bytes,
                       Requests& requests) {
  for (std::size_t at = 0; at < bytes.size(); at += kMostBytes) {
    const auto part =
        bytes.subspan(at, std::min(kMostBytes, bytes.size() - at));
    MPI_Isend(part.data(), static_cast<int>(part.size()), MPI_BYTE, partner,
              tag, MPI_COMM_WORLD, requests.add());
  }
}

void MpiExchange::receive(int partner, int tag, std::span<std::byte> bytes,
                          Requests& requests) {
  for (std::size_t at = 0; at < bytes.size(); at += kMostBytes) {
    const auto part =
        bytes.subspan(at, std::min(kMostBytes, bytes.size() - at));
    MPI_Irecv(part.data(), static_cast<int>(part.size()), MPI_BYTE, partner,
              tag, MPI_COMM_WORLD, requests.add());
  }
}

void MpiExchange::wait(int partner, double patience, Requests& requests) {
  const double start = MPI_Wtime();
  const double most = patience + kTimesSlower * (start - returned_);
  for (int turn = 0; !requests.done(); ++turn) {
    if (turn < kSpins) continue;
    turn = kSpins;
    const double waited = MPI_Wtime() - start;
    if (waited > most) {
      end_all_ranks(fmt::format("rank {} has waited {:.0f} s for rank {}",
                                rank_, waited, partner));
    }
    if (waited > kSecondsAwake) {
      usleep(kNapMicroseconds);
    } else {
      sched_yield();
    }
  }
  returned_ = MPI_Wtime();
}

void MpiExchange::pass(int to, std::span<const std::byte> sent, int from,
                       std::span<std::byte> received) {
  for (const int other : {to, from}) {
    require(other >= 0 && other < size_ && other != rank_,
            "rank {} of {} sends to {} and awaits {}", rank_, size_, to, from);
  }
  Requests requests;
  receive(from, kPassTag, received, requests);
  send(to, kPassTag, sent, requests);
  wait(from, patience_, requests);
}

void MpiExchange::broadcast(std::span<std::byte> bytes) {
  for (int other = 1; rank_ == 0 && other < size_; ++other) {
    Requests requests;
    send(other, kOtherTag, bytes, requests);
    wait(other, patience_, requests);
  }
  if (rank_ == 0) return;
  Requests requests;
  receive(0, kOtherTag, bytes, requests);
  wait(0, kTimesIdle * patience_, requests);
}

// By way of rank 0, who knows whom it waits for.
void MpiExchange::gather(std::span<const std::byte> mine,
                         std::span<std::byte> all) {
  if (rank_ > 0) {
    Requests requests;
    send(0, kOtherTag, mine, requests);
    wait(0, patience_, requests);
  } else {
    std::copy(mine.begin(), mine.end(), all.begin());
    for (int other = 1; other < size_; ++other) {
      Requests requests;
      receive(other, kOtherTag, all.subspan(other * mine.size(), mine.size()),
              requests);
      wait(other, patience_, requests);
    }
  }
  broadcast(all);
}

void MpiExchange::barrier() {
  const std::byte here{1};
  std::vector<std::byte> all(size_);
  gather({&here, 1}, all);
}

void end_all_ranks(const std::string& why) {
  fmt::print(stderr, "{}\n", why);
  std::fflush(stderr);
  MPI_Abort(MPI_COMM_WORLD, 1);
  std::abort();
}

std::string mpi_version() {
  char text[MPI_MAX_LIBRARY_VERSION_STRING];
  int size = 0;
  MPI_Get_library_version(text, &size);
  return std::string(text, static_cast<std::size_t>(size));
}

}  // namespace suite
