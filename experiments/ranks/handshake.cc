#include "experiments/ranks/handshake.h"

#include <fmt/ranges.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "support/check.h"

namespace suite {
namespace {

// What every rank says, in the order of ranks.
std::vector<std::string> all_said(Exchange& exchange, const std::string& mine) {
  std::uint64_t size = mine.size();
  std::vector<std::uint64_t> sizes(exchange.size());
  exchange.gather(std::as_bytes(std::span(&size, 1)),
                  std::as_writable_bytes(std::span(sizes)));
  const std::size_t longest = *std::max_element(sizes.begin(), sizes.end());
  std::string padded = mine, joined(longest * exchange.size(), '\0');
  padded.resize(longest);
  exchange.gather(std::as_bytes(std::span(padded)),
                  std::as_writable_bytes(std::span(joined)));
  std::vector<std::string> said;
  for (std::size_t rank = 0; rank < sizes.size(); ++rank) {
    said.push_back(joined.substr(rank * longest, sizes[rank]));
  }
  return said;
}

std::vector<std::string> parts_of(const std::string& text) {
  std::vector<std::string> parts = {""};
  for (const char c : text) {
    if (c == '\0') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

}  // namespace

Place this_place() {
  char name[256] = {};
  gethostname(name, sizeof name - 1);
  Place place{name, {}};
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  sched_getaffinity(0, sizeof allowed, &allowed);
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(cpu, &allowed)) place.cpus.push_back(cpu);
  }
  return place;
}

void require_alike(Exchange& exchange, const Identity& mine,
                   const std::string& host) {
  std::string text = host;
  for (const auto& [name, value] : mine) text += '\0' + value;
  const std::vector<std::string> said = all_said(exchange, text);
  const std::vector<std::string> first = parts_of(said[0]);
  for (std::size_t rank = 1; rank < said.size(); ++rank) {
    const std::vector<std::string> other = parts_of(said[rank]);
    require(other.size() == first.size(),
            "rank {} on {} is of another program than rank 0 on {}", rank,
            other[0], first[0]);
    std::vector<std::string> differs;
    for (std::size_t i = 0; i < mine.size(); ++i) {
      if (other[1 + i] != first[1 + i]) differs.push_back(mine[i].first);
    }
    require(differs.empty(), "rank {} on {} differs from rank 0 on {} in {}",
            rank, other[0], first[0], fmt::join(differs, " and "));
  }
}

void require_room(Exchange& exchange, const Place& mine, int threads) {
  std::string text = mine.host;
  for (const int cpu : mine.cpus) text += '\0' + std::to_string(cpu);
  std::vector<std::vector<std::string>> places;
  for (const std::string& each : all_said(exchange, text)) {
    places.push_back(parts_of(each));
  }
  for (std::size_t rank = 0; rank < places.size(); ++rank) {
    const std::vector<std::string>& own = places[rank];
    require(own.size() > static_cast<std::size_t>(threads),
            "rank {} on {} is bound to {} CPUs and has {} threads", rank,
            own[0], own.size() - 1, threads);
    for (std::size_t other = 0; other < rank; ++other) {
      if (places[other][0] != own[0]) continue;
      for (std::size_t i = 1; i < own.size(); ++i) {
        const auto& cpus = places[other];
        require(std::find(cpus.begin() + 1, cpus.end(), own[i]) == cpus.end(),
                "ranks {} and {} on {} are both bound to CPU {}", other, rank,
                own[0], own[i]);
      }
    }
  }
}

}  // namespace suite
