#include "experiments/machine/machine.h"

#include <sys/utsname.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>

#include "experiments/machine/build_flags.h"
#include "library_versions.h"
#include "primitives/gemm.h"
#include "primitives/threads.h"
#include "support/sha256.h"

namespace suite {
namespace {

constexpr char kUnavailable[] = "unavailable";

std::string first_line(const std::string& path) {
  std::ifstream in(path);
  std::string line;
  return std::getline(in, line) ? line : kUnavailable;
}

// The value behind `key` in a file of "key : value" lines.
std::string field_of(const std::string& path, const std::string& key) {
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) {
    const auto colon = line.find(':');
    if (line.rfind(key, 0) != 0 || colon == std::string::npos) continue;
    const auto value = line.find_first_not_of(" \t", colon + 1);
    return value == std::string::npos ? "" : line.substr(value);
  }
  return kUnavailable;
}

std::uint64_t kibibytes(const std::string& key) {
  return std::strtoull(field_of("/proc/meminfo", key).c_str(), nullptr, 10) *
         1024;
}

std::string output_of(const std::string& command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(
      popen((command + " 2>/dev/null").c_str(), "r"), pclose);
  std::string text;
  std::array<char, 256> buffer;
  while (pipe && fgets(buffer.data(), buffer.size(), pipe.get())) {
    text += buffer.data();
  }
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

nlohmann::json git_state() {
  const char* workspace = std::getenv("BUILD_WORKSPACE_DIRECTORY");
  const std::string git =
      std::string("git -C '") + (workspace ? workspace : ".") + "' ";
  const std::string commit = output_of(git + "rev-parse HEAD");
  if (commit.empty()) return {{"commit", kUnavailable}};
  return {{"commit", commit},
          {"dirty", !output_of(git + "status --porcelain").empty()}};
}

// OpenBLAS chooses its kernels by a list of CPUs, or by what the environment
// says: either may know less than the CPU can.
bool blas_leaves_avx512_unused() {
#ifdef __AVX512F__  // a build for less is held against the kernels for less
  if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bw"))
    return false;
  const std::string core = blas_core();
  return core == "Haswell" || core == "Zen" || core == "Sandybridge" ||
         core == "Nehalem" || core == "Prescott";
#else
  return false;
#endif
}

}  // namespace

nlohmann::json machine_description() {
  utsname system;
  uname(&system);
  return {{"cpu", field_of("/proc/cpuinfo", "model name")},
          {"architecture", system.machine},
          {"microcode", field_of("/proc/cpuinfo", "microcode")},
          {"cores", cores()},
          {"cache_bytes",
           {{"level_1_data", sysconf(_SC_LEVEL1_DCACHE_SIZE)},
            {"level_2", sysconf(_SC_LEVEL2_CACHE_SIZE)},
            {"level_3", sysconf(_SC_LEVEL3_CACHE_SIZE)}}},
          {"memory_bytes", kibibytes("MemTotal")},
          {"kernel", std::string(system.sysname) + " " + system.release},
          {"governor", first_line("/sys/devices/system/cpu/cpu0/cpufreq/"
                                  "scaling_governor")}};
}

nlohmann::json build_description() {
  nlohmann::json libraries;
  for (const LibraryVersion& library : kLibraryVersions) {
    libraries[library.name] = library.version;
  }
  return {{"compiler", __VERSION__},
          {"flags", kCompilerFlags},
          {"libraries", libraries},
          {"blas", blas_description()},
          {"binary_sha256", sha256_of_file("/proc/self/exe")},
          {"git", git_state()}};
}

nlohmann::json load_averages() {
  std::istringstream line(first_line("/proc/loadavg"));
  double one = 0, five = 0, fifteen = 0;
  line >> one >> five >> fifteen;
  return {one, five, fifteen};
}

std::uint64_t available_memory() { return kibibytes("MemAvailable"); }

std::vector<std::string> machine_warnings(int threads) {
  std::vector<std::string> warnings;
  if (threads > cores()) {
    warnings.push_back(fmt::format("{} threads on {} cores", threads, cores()));
  }
  if (blas_leaves_avx512_unused()) {
    warnings.push_back(fmt::format(
        "OpenBLAS runs its {} kernels on a CPU with AVX-512; "
        "OPENBLAS_CORETYPE=SkylakeX may double the speed of its products",
        blas_core()));
  }
  return warnings;
}

std::string machine_identity(const nlohmann::json& machine) {
  return sha256(machine.at("cpu").dump() + machine.at("cores").dump() +
                machine.at("cache_bytes").dump() +
                machine.at("memory_bytes").dump());
}

}  // namespace suite
