#include "primitives/threads.h"

#include <omp.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>

#include "primitives/gemm.h"
#include "support/check.h"

namespace suite {
namespace {

constexpr int kMostThreads = 1024;

// Nothing for a text that is no whole number up to kMostThreads.
std::optional<int> count_of(std::string_view text) {
  int count = -1;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, count);
  if (error != std::errc() || stop != end) return std::nullopt;
  if (count < 0 || count > kMostThreads) return std::nullopt;
  return count;
}

}  // namespace

void set_threads(int count) {
  require(count >= 1 && count <= kMostThreads,
          "threads = {}: allowed are 1 to {}", count, kMostThreads);
  // It would bound teams in silence.
  require(count <= omp_get_thread_limit(),
          "threads = {}: OMP_THREAD_LIMIT allows {}", count,
          omp_get_thread_limit());
  omp_set_dynamic(0);
  omp_set_num_threads(count);
  set_blas_threads(count);
  // OpenBLAS lowers both counts to the most that it was built for.
  require(threads() == count, "threads = {}: this OpenBLAS has at most {}",
          count, threads());
}

int threads() { return omp_get_max_threads(); }

int set_all_threads() {
  const int count = std::min(cores(), omp_get_thread_limit());
  omp_set_dynamic(0);
  omp_set_num_threads(count);
  set_blas_threads(count);
  return threads();
}

int cores() { return omp_get_num_procs(); }

std::vector<int> thread_counts(const std::string& list) {
  std::vector<int> counts;
  bool sound = true;
  for (std::size_t first = 0; first <= list.size();) {
    const std::size_t end = std::min(list.find(',', first), list.size());
    const auto count =
        count_of(std::string_view(list).substr(first, end - first));
    sound = sound && count.has_value();
    counts.push_back(count.value_or(0));
    first = end + 1;
  }
  if (sound && counts == std::vector<int>{0}) return {set_all_threads()};
  std::sort(counts.begin(), counts.end());
  const bool repeats =
      std::adjacent_find(counts.begin(), counts.end()) != counts.end();
  require(sound && counts.front() > 0 && !repeats,
          "--threads {}: allowed are 0 to {}, or several from 1, each once, as "
          "in 1,2",
          list, kMostThreads);
  return counts;
}

}  // namespace suite
