// Replays a trace on a platform: what would so many hosts take for it?
//   simulate PLATFORM.xml TRACE RANKS KIND=SPEED...
// prints, as JSON, the time of the slowest rank and where it went. Rank i is on
// the platform's i-th host by name, host-9 coming before host-10. SPEED is in
// units of the trace's amounts a second, on a host of 1 Gf; a host of 2 Gf
// takes half the time. Lines of a trace are those of trace.h.
#include <fmt/core.h>
#include <simgrid/forward.h>  // before version.h, which needs it
#include <simgrid/version.h>
#include <string.h>
#include <xbt/log.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <simgrid/s4u.hpp>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace {

namespace s4u = simgrid::s4u;

constexpr double kReference = 1e9;  // a host as fast as the one measured

struct Action {
  enum class What { compute, swap, ring } what = What::compute;
  std::size_t partner = 0, times = 0, messages = 0;
  std::uint64_t bytes = 0;
  double flops = 0;  // of a host of the reference's speed
};
using Actions = std::vector<Action>;

// What a rank did with its time.
struct Account {
  double end = 0, computing = 0, exchanging = 0;
  std::uint64_t bytes = 0, messages = 0;
};

class BadInput : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

using Speeds = std::map<std::string, double>;

double flops_of(const Speeds& speeds, const std::string& kind, double amount) {
  const auto found = speeds.find(kind);
  if (found == speeds.end()) {
    throw BadInput(fmt::format("no speed for {}", kind));
  }
  return amount / found->second * kReference;
}

std::vector<Actions> read_trace(const std::string& path, std::size_t ranks,
                                const Speeds& speeds) {
  std::ifstream file(path);
  if (!file) throw BadInput(fmt::format("{}: can't be read", path));
  std::vector<Actions> all(ranks);
  std::size_t number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    std::istringstream words(line);
    std::size_t rank = ranks;
    std::string what, kind;
    double amount = 0;
    Action action;
    words >> rank >> what;
    if (what == "compute") {
      words >> kind >> amount;
      if (words) action.flops = flops_of(speeds, kind, amount);
    } else if (what == "swap") {
      action.what = Action::What::swap;
      words >> action.partner >> action.bytes;
    } else if (what == "ring") {
      action.what = Action::What::ring;
      words >> action.times >> action.messages >> action.bytes >> kind >>
          amount;
      if (words) action.flops = flops_of(speeds, kind, amount);
    } else {
      words.setstate(std::ios::failbit);
    }
    if (!words || rank >= ranks || action.partner >= ranks || amount < 0) {
      throw BadInput(fmt::format("{}:{}: \"{}\" is no action of a rank of {}",
                                 path, number, line, ranks));
    }
    all[rank].push_back(action);
  }
  return all;
}

class Rank {
 public:
  Rank(std::size_t rank, std::size_t ranks, const Actions& actions,
       Account& account)
      : rank_(rank), ranks_(ranks), actions_(actions), account_(account) {}

  void operator()() {
    for (const Action& action : actions_) {
      switch (action.what) {
        case Action::What::compute:
          compute(action.flops);
          break;
        case Action::What::swap:
          exchange(action.partner, action.partner, action.bytes);
          break;
        case Action::What::ring:
          for (std::size_t i = 0; i < action.times; ++i) {
            compute(action.flops);
            for (std::size_t m = 0; m < action.messages; ++m) {
              exchange((rank_ + 1) % ranks_, (rank_ + ranks_ - 1) % ranks_,
                       action.bytes);
            }
          }
          compute(action.flops);
      }
    }
    account_.end = s4u::Engine::get_clock();
  }

 private:
  void compute(double flops) {
    if (flops == 0) return;
    const double begin = s4u::Engine::get_clock();
    s4u::this_actor::execute(flops);
    account_.computing += s4u::Engine::get_clock() - begin;
  }

  // Both at once, as MPI_Sendrecv does; waiting for the others is part of it.
  void exchange(std::size_t to, std::size_t from, std::uint64_t bytes) {
    const double begin = s4u::Engine::get_clock();
    void* received = nullptr;
    const s4u::CommPtr in = box(from, rank_)->get_async<void>(&received);
    const s4u::CommPtr out = box(rank_, to)->put_async(this, bytes);
    out->wait();
    in->wait();
    account_.exchanging += s4u::Engine::get_clock() - begin;
    account_.bytes += bytes;
    ++account_.messages;
  }

  s4u::Mailbox* box(std::size_t from, std::size_t to) {
    s4u::Mailbox*& found = boxes_[{from, to}];
    if (found == nullptr) {
      found = s4u::Mailbox::by_name(fmt::format("{}>{}", from, to));
    }
    return found;
  }

  std::size_t rank_, ranks_;
  const Actions& actions_;
  Account& account_;
  std::map<std::pair<std::size_t, std::size_t>, s4u::Mailbox*> boxes_;
};

Speeds speeds_of(const std::vector<std::string>& words) {
  Speeds speeds;
  for (const std::string& word : words) {
    const std::size_t at = word.find('=');
    double speed = 0;
    if (at != std::string::npos) {
      std::istringstream(word.substr(at + 1)) >> speed;
    }
    if (!(speed > 0)) {
      throw BadInput(fmt::format("{}: give KIND=SPEED, above 0", word));
    }
    speeds[word.substr(0, at)] = speed;
  }
  return speeds;
}

void simulate(s4u::Engine& engine, const std::vector<std::string>& words) {
  if (words.size() < 3) {
    throw BadInput("give PLATFORM.xml TRACE RANKS KIND=SPEED...");
  }
  std::size_t ranks = 0;
  if (!(std::istringstream(words[2]) >> ranks) || ranks == 0) {
    throw BadInput(fmt::format("{} ranks: 1 and more are allowed", words[2]));
  }
  const std::vector<Actions> traces =
      read_trace(words[1], ranks, speeds_of({words.begin() + 3, words.end()}));
  engine.load_platform(words[0]);
  std::vector<s4u::Host*> hosts = engine.get_all_hosts();
  std::sort(hosts.begin(), hosts.end(), [](s4u::Host* a, s4u::Host* b) {
    return strverscmp(a->get_cname(), b->get_cname()) < 0;
  });
  if (hosts.size() < ranks) {
    throw BadInput(fmt::format("{} has {} hosts, too few for {} ranks",
                               words[0], hosts.size(), ranks));
  }
  std::vector<Account> accounts(ranks);
  for (std::size_t rank = 0; rank < ranks; ++rank) {
    s4u::Actor::create(fmt::format("rank {}", rank), hosts[rank],
                       Rank(rank, ranks, traces[rank], accounts[rank]));
  }
  engine.run();
  std::size_t slowest = 0;
  std::uint64_t bytes = 0, messages = 0;
  for (std::size_t rank = 0; rank < ranks; ++rank) {
    if (accounts[rank].end > accounts[slowest].end) slowest = rank;
    bytes += accounts[rank].bytes;
    messages += accounts[rank].messages;
  }
  const Account& last = accounts[slowest];
  fmt::print(
      "{{\"seconds\": {}, \"slowest\": {}, \"compute_seconds\": {}, "
      "\"exchange_seconds\": {}, \"bytes\": {}, \"messages\": {}, "
      "\"simulator\": \"{}\"}}\n",
      last.end, slowest, last.computing, last.exchanging, bytes, messages,
      SIMGRID_VERSION_STRING);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    xbt_log_control_set("root.thresh:error");
    s4u::Engine engine(&argc, argv);
    simulate(engine, {argv + 1, argv + argc});
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "simulate: {}\n", error.what());
    return 2;
  }
}
