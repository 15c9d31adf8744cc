// A run, read back from its folder: cells with their repetitions.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace suite {

struct MeasuredPart {
  std::vector<double> seconds;  // one a repetition, in their order; of a forward
  std::uint64_t macs = 0, logits = 0, flops = 0, bytes_moved = 0;
};

// The contestant of another phase than forward is named with it: what compares
// and fits cells keeps phases apart by that.
struct MeasuredCell {
  std::string id, contestant, scalar, attention, plan, phase;
  int threads = 0;
  int ranks = 0;  // that shared its inputs out; 0: the plain program
  std::map<std::string, std::uint64_t> dimensions;  // those that it reads
  std::string status;  // "ok"; "skipped" or "failed" also if only some of the
  std::string reason;  // repetitions were made
  std::map<std::string, MeasuredPart> parts;  // with "total"
  std::optional<std::uint64_t> bytes_peak, parameters;

  bool timed() const { return parts.count("total") && !seconds("total").empty(); }
  // Of one part, or of several that were measured together: "attention" is
  // scores, softmax and weighted_sum. Empty if a repetition lacks a part that
  // others have.
  std::vector<double> seconds(std::string_view part) const;
  // 0 for a part that the cell doesn't have.
  std::uint64_t macs(std::string_view part) const;
};

// What the machine could do beside a run, with so many threads.
struct MachineSpeeds {
  // sgemm's FLOPs a second: the larger of before and after the sweep; 0 if the
  // run was never calibrated.
  double gemm_flops_per_second = 0;
  double bytes_per_second = 0;
  // |ln(after / before)| of the sgemm speed; 0 if there was no second.
  double drift = 0;
};

struct Run {
  std::string folder;
  std::string experiment, run_id, definition_sha256;
  std::string definition_text;  // its TOML; empty if the manifest keeps none
  std::vector<MeasuredCell> cells;  // in the order of their first rows

  // What a machine is, so far as numbers depend on it. Equal: absolute times
  // can be compared.
  std::string machine;
  MachineSpeeds speeds;  // of several counts of threads, with the most
  std::map<int, MachineSpeeds> speeds_by_threads;  // only of several counts
  // Of a part of a run that has several counts, by by_threads(); else 0.
  int threads = 0;
  int ranks = 0;  // of all its cells; 0: the plain program
};

// Contestants' names and ids are in today's words, whatever they were written
// in. Throws Error, with file and line, for a file that is missing, of another
// schema, truncated, with a value that is no number, or with rows of two runs
// or of two numbers of ranks.
Run read_run(const std::string& folder);

// `folder` itself if it is a run; else every run in it, at any depth, by path.
// Throws Error if there is none.
std::vector<Run> read_runs(const std::string& folder);

// A run for each count of threads that `run` has, ascending: what is fitted, or
// held against the machine, is of one count. One of a single count stays
// itself.
std::vector<Run> by_threads(const Run& run);
std::vector<Run> by_threads(const std::vector<Run>& runs);

// "scaling_n", "scaling_n, 2 threads" of a part, "scaling_n, 4 ranks".
std::string title(const Run& run);

// The parts that a name stands for: "attention" for three, else itself.
std::vector<std::string_view> parts_of(std::string_view part);

}  // namespace suite
