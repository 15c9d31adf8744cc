#include "primitives/threads.h"

#include <omp.h>

#include "support/check.h"
#include "primitives/gemm.h"

namespace suite {

void set_threads(int count) {
  require(count >= 1 && count <= 1024, "threads = {}: allowed are 1 to 1024",
          count);
  omp_set_dynamic(0);
  omp_set_num_threads(count);
  set_blas_threads(count);
  // OpenBLAS lowers both counts to the most that it was built for.
  require(threads() == count, "threads = {}: this OpenBLAS has at most {}",
          count, threads());
}

int threads() { return omp_get_max_threads(); }

int set_all_threads() {
  omp_set_dynamic(0);
  omp_set_num_threads(cores());
  set_blas_threads(cores());
  return threads();
}

int cores() { return omp_get_num_procs(); }

}  // namespace suite
