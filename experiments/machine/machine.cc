#include "experiments/machine/machine.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <sstream>
#include <utility>

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

// Of the first core, as the kernel lists them.
std::string cpu_flags() {
  const std::string flags = field_of("/proc/cpuinfo", "flags");
  return flags == kUnavailable ? field_of("/proc/cpuinfo", "Features") : flags;
}

std::uint64_t kibibytes(const std::string& key) {
  return std::strtoull(field_of("/proc/meminfo", key).c_str(), nullptr, 10) *
         1024;
}

// What a program prints; nothing if there is no such program. No shell reads
// the words: a path may hold anything.
std::string output_of(std::vector<std::string> words) {
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return "";
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null",
                                   O_WRONLY, 0);
  pid_t child = 0;
  const bool started = posix_spawnp(&child, arguments[0], &actions, nullptr,
                                    arguments.data(), environ) == 0;
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  std::string text;
  std::array<char, 256> buffer;
  for (ssize_t got; (got = read(ends[0], buffer.data(), buffer.size())) > 0;) {
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
  close(ends[0]);
  if (started) waitpid(child, nullptr, 0);
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

// Of the checkout's own repository: git would look for one above it.
nlohmann::json git_state() {
  const char* workspace = std::getenv("BUILD_WORKSPACE_DIRECTORY");
  const std::string root = workspace ? workspace : ".";
  const auto git = [&](std::initializer_list<const char*> words) {
    std::vector<std::string> all = {"git", "--git-dir=" + root + "/.git",
                                    "--work-tree=" + root};
    all.insert(all.end(), words.begin(), words.end());
    return output_of(std::move(all));
  };
  const std::string commit = git({"rev-parse", "--verify", "--quiet", "HEAD"});
  if (commit.empty()) return {{"commit", kUnavailable}};
  return {{"commit", commit},
          {"dirty", !git({"status", "--porcelain"}).empty()}};
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
          {"cpu_flags", cpu_flags()},
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

std::string host_name() {
  utsname system;
  uname(&system);
  return system.nodename;
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
