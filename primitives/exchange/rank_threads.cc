#include "primitives/exchange/rank_threads.h"

#include <omp.h>

#include <condition_variable>
#include <cstring>
#include <exception>
#include <mutex>
#include <thread>

namespace suite {
namespace {

constexpr int kAll = -1;

struct Letter {
  std::span<const std::byte> bytes;
  int to = kAll;
};

// Where ranks meet: each lays down what it sends, all wait for one another, and
// then read what is for them.
class Meeting {
 public:
  explicit Meeting(int ranks) : sent_(ranks), size_(ranks) {}

  // Calls read(rank → what it sent) once all are here, and returns once all
  // have read.
  template <class Read>
  void exchange(int rank, const Letter& sent, const Read& read) {
    sent_[rank] = sent;
    wait();
    read([this](int other) { return sent_[other]; });
    wait();
  }

  void wait() {
    std::unique_lock lock(mutex_);
    const std::uint64_t turn = turn_;
    if (++waiting_ == size_) {
      waiting_ = 0;
      ++turn_;
      changed_.notify_all();
      return;
    }
    changed_.wait(lock, [&] { return turn_ != turn || broken_; });
    require(turn_ != turn, "another rank ended by an error");
  }

  // Who waits, or will, is told that someone never comes. True for the first.
  bool break_up() {
    const std::lock_guard lock(mutex_);
    const bool is_first = !broken_;
    broken_ = true;
    changed_.notify_all();
    return is_first;
  }

 private:
  std::vector<Letter> sent_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int size_, waiting_ = 0;
  std::uint64_t turn_ = 0;
  bool broken_ = false;
};

class ThreadExchange : public Exchange {
 public:
  ThreadExchange(Meeting& meeting, int rank, int size, Sent& sent)
      : meeting_(meeting), rank_(rank), size_(size), sent_(sent) {}

  int rank() const override { return rank_; }
  int size() const override { return size_; }

  void pass(int to, std::span<const std::byte> sent, int from,
            std::span<std::byte> received) override {
    for (const int other : {to, from}) {
      require(other >= 0 && other < size_ && other != rank_,
              "rank {} of {} sends to {} and awaits {}", rank_, size_, to,
              from);
    }
    meeting_.exchange(rank_, {sent, to}, [&](const auto& of) {
      require(of(from).to == rank_, "rank {} awaits {}, which sends to {}",
              rank_, from, of(from).to);
      copy(of(from).bytes, received);
    });
    sent_.bytes += sent.size();
    ++sent_.messages;
  }
  void broadcast(std::span<std::byte> bytes) override {
    meeting_.exchange(rank_, {bytes}, [&](const auto& of) {
      if (rank_ != 0) copy(of(0).bytes, bytes);
    });
  }
  void gather(std::span<const std::byte> mine,
              std::span<std::byte> all) override {
    meeting_.exchange(rank_, {mine}, [&](const auto& of) {
      for (int other = 0; other < size_; ++other) {
        copy(of(other).bytes, all.subspan(other * mine.size(), mine.size()));
      }
    });
  }
  void barrier() override { meeting_.wait(); }

 private:
  static void copy(std::span<const std::byte> from, std::span<std::byte> to) {
    require(from.size() == to.size(), "{} bytes arrive where {} are awaited",
            from.size(), to.size());
    std::memcpy(to.data(), from.data(), from.size());
  }

  Meeting& meeting_;
  int rank_, size_;
  Sent& sent_;
};

}  // namespace

std::vector<Sent> run_ranks(int ranks,
                            const std::function<void(Exchange&)>& program) {
  Meeting meeting(ranks);
  std::vector<Sent> sent(ranks);
  std::exception_ptr error;
  std::vector<std::thread> threads;
  for (int rank = 0; rank < ranks; ++rank) {
    threads.emplace_back([&, rank] {
      omp_set_num_threads(1);
      try {
        ThreadExchange exchange(meeting, rank, ranks, sent[rank]);
        program(exchange);
      } catch (...) {
        if (meeting.break_up()) error = std::current_exception();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  if (error) std::rethrow_exception(error);
  return sent;
}

}  // namespace suite
