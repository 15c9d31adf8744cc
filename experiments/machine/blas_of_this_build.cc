#include "experiments/machine/blas_of_this_build.h"

#include <unistd.h>

#include <cstdlib>

namespace suite {
namespace {

// The kernels of the CPU that this was compiled for, if this one has more; else null.
const char* lesser_core() {
#if defined(__x86_64__) && !defined(__AVX512F__)
#if defined(__AVX2__)
  return __builtin_cpu_supports("avx512f") ? "Haswell" : nullptr;
#elif !defined(__AVX__)
  return __builtin_cpu_supports("avx") ? "Nehalem" : nullptr;
#endif
#endif
  return nullptr;
}

}  // namespace

void match_blas_to_build(char** arguments) {
  constexpr char kVariable[] = "OPENBLAS_CORETYPE";
  const char* const core = lesser_core();
  if (core == nullptr || std::getenv(kVariable) != nullptr) return;
  setenv(kVariable, core, /*overwrite=*/1);
  execv("/proc/self/exe", arguments);
}

}  // namespace suite
