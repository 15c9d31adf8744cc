// How near does each part of a forward come to what the machine allows?
//   ./bazelw run //experiments:roofline
//   ./bazelw run //experiments:roofline -- --filter transformer --N 16384
#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>

#include "experiments/definition/axes.h"
#include "experiments/machine/blas_of_this_build.h"
#include "experiments/machine/calibration.h"
#include "experiments/machine/machine.h"
#include "experiments/machine/read_bandwidth.h"
#include "experiments/machine/register_peaks.h"
#include "experiments/measurement/cell_under_test.h"
#include "experiments/roofline/roofline_table.h"
#include "primitives/threads.h"
#include "support/check.h"
#include "support/command_line.h"
#include "support/files.h"

namespace suite {
namespace {

struct Arguments {
  // Beside the program, where Bazel puts it.
  std::string definition = "experiments/definitions/roofline.toml";
  std::string filter, out, scalar;
  std::optional<std::string> threads;
  std::optional<int> repetitions;
  std::vector<std::string> axes;
};

void declare(CLI::App& app, Arguments& a) {
  app.add_option_function<std::string>(
      "definition", [&a](const std::string& path) {
        a.definition = user_path(path);
      },
      "Another experiment's .toml file");
  app.add_option("--threads", a.threads,
                 "Threads; 0: all cores; 1,2: each cell with either count");
  app.add_option("--repetitions", a.repetitions, "Repetitions of each cell")
      ->check(CLI::Range(1, 10000));
  app.add_option("--filter", a.filter,
                 "Only cells whose id this regular expression finds");
  app.add_option("--set", a.axes,
                 "LETTER=VALUES in place of the definition's, as N=1024,2048")
      ->allow_extra_args(false);
  app.add_option_function<std::string>(
         "--N",
         [&a](const std::string& value) {
           fmt::print(stderr, "notice: --N {0} is said as --set N={0} now\n",
                      value);
           a.axes.push_back("N=" + value);
         })
      ->group("");  // help is silent about what is old
  app.add_option("--scalar", a.scalar, "float or double");
  app.add_option("--out", a.out, "File for the tables, as CSV");
}

Definition definition_of(const Arguments& a) {
  Definition definition = read_definition(a.definition, a.axes);
  if (a.repetitions) definition.repetitions = *a.repetitions;
  if (!a.scalar.empty()) definition.scalar = a.scalar;
  require(definition.scalar == "float" || definition.scalar == "double",
          "--scalar {}: allowed are float and double", definition.scalar);
  return definition;
}

std::vector<int> counts_of(const Arguments& a, const Definition& definition) {
  if (a.threads) return thread_counts(*a.threads);
  return {definition.threads > 0 ? definition.threads : set_all_threads()};
}

std::string folder_of(const std::string& file) {
  const std::string folder = std::filesystem::path(file).parent_path();
  return folder.empty() ? "." : folder;
}

// A peak is the most that was seen.
void raise(Roofs& roofs, const std::string& scalar, int threads) {
  const Calibration now = calibrate(scalar, threads);
  const auto more = [](double& peak, double value) {
    peak = std::max(peak, value);
  };
  more(roofs.fma_flops_per_second, now.fma_flops_per_second);
  more(roofs.gemm_flops_per_second, now.gemm_flops_per_second);
  more(roofs.bytes_per_second, now.bytes_per_second);
  more(roofs.exponentials_per_second, exponentials_per_second(scalar));
}

// A cell and its repetitions.
struct Measured {
  CellUnderTest tested;
  std::vector<Measurement> repetitions;
};

Measured checked_and_counted(const Cell& cell, std::uint64_t seed) {
  try {
    CellUnderTest tested(cell, seed);
    const std::uint64_t bytes = tested.declared().bytes_held;
    require(bytes < available_memory(), "{} bytes exceed the {} that are free",
            bytes, available_memory());
    tested.check();
    tested.count();
    return {std::move(tested), {}};
  } catch (const Error& error) {
    throw Error(fmt::format("{}: {}", cell.id, error.what()));
  }
}

void repeat(Measured& measured) {
  CellUnderTest& tested = measured.tested;
  tested.warm_up();
  measured.repetitions.push_back(tested.time(tested.iterations()));
}

// The repetition of median time: its parts add up, medians of parts need not.
MeasuredForward typical(Measured& measured) {
  std::vector<Measurement>& all = measured.repetitions;
  const auto middle = all.begin() + static_cast<std::ptrdiff_t>(all.size()) / 2;
  std::nth_element(all.begin(), middle, all.end(),
                   [](const Measurement& a, const Measurement& b) {
                     return a.seconds < b.seconds;
                   });
  return {measured.tested.cell().id, middle->counted, middle->seconds};
}

std::string roofs_text(const Roofs& roofs, const std::string& gemm,
                       const std::vector<CacheSpeed>& caches) {
  std::string text = fmt::format(
      "  FMA peak      {:8.1f} GFLOP/s  multiply-adds from registers\n"
      "  {}         {:8.1f} GFLOP/s  2048³ by BLAS: {:.0f} % of the FMA peak\n"
      "  exponentials  {:8.2f} G/s      scale, shift and 2^x from registers\n"
      "  bandwidth     {:8.1f} GB/s     read, read, write far beyond caches\n",
      1e-9 * roofs.fma_flops_per_second, gemm,
      1e-9 * roofs.gemm_flops_per_second,
      100 * roofs.gemm_flops_per_second / roofs.fma_flops_per_second,
      1e-9 * roofs.exponentials_per_second, 1e-9 * roofs.bytes_per_second);
  for (const CacheSpeed& cache : caches) {
    text += fmt::format(
        "  {} reads      {:8.1f} GB/s     {} KiB by each thread\n", cache.level,
        1e-9 * cache.bytes_per_second, cache.bytes / 1024);
  }
  return text + fmt::format("  ridge         {:8.1f} FLOPs a byte\n",
                            roofs.ridge());
}

void warn_of_company(const Roofs& roofs) {
  if (roofs.gemm_flops_per_second <= roofs.fma_flops_per_second) return;
  fmt::print(stderr,
             "warning: products were faster than multiply-adds from "
             "registers: others used the machine\n");
}

void print(const std::string& scalar, int threads, const Roofs& roofs,
           const std::vector<CacheSpeed>& caches,
           const std::vector<MeasuredForward>& forwards) {
  const std::string gemm = scalar == "float" ? "sgemm" : "dgemm";
  fmt::print("\n{}, {} threads\n{}", scalar, threads,
             roofs_text(roofs, gemm, caches));
  for (const MeasuredForward& forward : forwards) {
    fmt::print("{}", roofline_text(forward, roofs, gemm));
  }
}

int run(const Arguments& a) {
  const Definition definition = definition_of(a);
  const std::vector<int> counts = counts_of(a, definition);
  const std::vector<Cell> cells = chosen_cells(definition, counts, a.filter);
  if (!a.out.empty()) make_folder(folder_of(user_path(a.out)));
  std::vector<Measured> measured;
  for (const Cell& cell : cells) {
    measured.push_back(checked_and_counted(cell, definition.seed));
  }
  for (const std::string& warning : machine_warnings(counts.back())) {
    fmt::print(stderr, "warning: {}\n", warning);
  }
  std::map<int, Roofs> roofs;  // by threads
  std::map<int, std::vector<CacheSpeed>> caches;
  for (const int threads : counts) {
    raise(roofs[threads], definition.scalar, threads);
    caches[threads] = read_caches();
  }
  for (int r = 0; r < definition.repetitions; ++r) {
    for (Measured& each : measured) repeat(each);
  }
  fmt::print("{}: {}\n", definition.name, definition.shows);
  std::string csv = roofline_csv_header();
  for (const int threads : counts) {
    raise(roofs[threads], definition.scalar, threads);
    warn_of_company(roofs[threads]);
    std::vector<MeasuredForward> forwards;
    for (Measured& each : measured) {
      if (each.tested.cell().threads == threads) {
        forwards.push_back(typical(each));
      }
    }
    print(definition.scalar, threads, roofs[threads], caches[threads],
          forwards);
    csv += roofline_csv(forwards, roofs[threads]);
  }
  fmt::print("\nAbove 100 %: bytes came from a cache, not from memory.\n");
  if (!a.out.empty()) replace_file(user_path(a.out), csv);
  return 0;
}

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("Measures each part of a forward against the machine's roofs.");
  declare(app, arguments);
  return run_command(app, argc, argv, [&] { return run(arguments); });
}

}  // namespace
}  // namespace suite

int main(int argc, char** argv) {
  suite::match_blas_to_build(argv);
  return suite::main(argc, argv);
}
