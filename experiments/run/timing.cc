#include "experiments/run/timing.h"

#include <benchmark/benchmark.h>

#include "support/check.h"

namespace suite {
namespace {

// Rows are written as repetitions end; Google Benchmark reports too late.
class NoReporter : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>&) override {}
};

bool starts_with(const std::string& text, const std::string& prefix) {
  return text.rfind(prefix, 0) == 0;
}

// Hands the flags over; true if the user wants Google Benchmark's own display.
bool initialise_benchmark(const std::vector<std::string>& flags) {
  std::vector<std::string> words = {
      "--benchmark_enable_random_interleaving=true"};
  bool displays = false;
  for (const std::string& flag : flags) {
    require(!starts_with(flag, "--benchmark_repetitions") &&
                !starts_with(flag, "--benchmark_min_time"),
            "{}: the suite decides this; use --repetitions", flag);
    require(!starts_with(flag, "--benchmark_filter"),
            "{}: the suite decides this; use --filter", flag);
    require(!starts_with(flag, "--benchmark_list_tests"),
            "{}: the suite decides this; use --dry-run", flag);
    displays |= starts_with(flag, "--benchmark_format");
    words.push_back(flag);
  }
  static char program[] = "run";  // Google Benchmark keeps the pointer
  std::vector<char*> arguments = {program};
  for (std::string& word : words) arguments.push_back(word.data());
  int count = static_cast<int>(arguments.size());
  benchmark::Initialize(&count, arguments.data());
  require(count == 1, "{}: unknown to Google Benchmark",
          count > 1 ? arguments[1] : "");
  return displays;
}

}  // namespace

void time_cells(std::vector<PlannedCell>& cells,
                const std::vector<std::string>& flags,
                const Repetition& repetition) {
  const bool displays = initialise_benchmark(flags);
  for (PlannedCell& planned : cells) {
    if (planned.repetitions.empty()) continue;
    benchmark::RegisterBenchmark(
        planned.tested.cell().id.c_str(),
        [&planned, &repetition](benchmark::State& state) {
          const std::string error = repetition(
              planned, [&state] { return state.KeepRunning(); },
              [&state](double seconds) { state.SetIterationTime(seconds); });
          if (error.empty()) return;
          // Google Benchmark aborts where repetitions differ in iterations, and
          // one that never began counts none.
          if (state.iterations() == 0) state.KeepRunning();
          state.SkipWithError(error.c_str());
        })
        ->Iterations(planned.tested.iterations())
        ->Repetitions(static_cast<int>(planned.repetitions.size()))
        ->Unit(benchmark::kMillisecond)
        ->UseManualTime();
  }
  NoReporter none;
  if (displays) {
    benchmark::RunSpecifiedBenchmarks();
  } else {
    benchmark::RunSpecifiedBenchmarks(&none);
  }
  benchmark::ClearRegisteredBenchmarks();
}

}  // namespace suite
