#include "experiments/machine/calibration.h"

#include "experiments/machine/core_round_trip.h"
#include "experiments/machine/least_seconds.h"
#include "experiments/machine/register_peaks.h"
#include "primitives/gemm.h"
#include "primitives/random.h"
#include "primitives/threads.h"

namespace suite {
namespace {

constexpr std::size_t kGemmExtent = 2048;
constexpr std::size_t kStreamValues = std::size_t{1} << 25;  // 128 MiB an array
constexpr int kGemmRuns = 7;
constexpr int kStreamRuns = 25;  // shorter, and noisier

template <class T>
double gemm_flops_per_second() {
  Tensor<T, 2> a, b, c;
  for (Tensor<T, 2>* each : {&a, &b, &c}) {
    each->resize({kGemmExtent, kGemmExtent});
    fill_normal<T>({each->data(), each->size()}, 1);
  }
  Ledger ledger;
  const double seconds = least_seconds(kGemmRuns, [&] {
    gemm<T>(matrix(a), matrix(b), matrix(c), ledger[Part::mlp]);
  });
  return 2.0 * kGemmExtent * kGemmExtent * kGemmExtent / seconds;
}

double stream_bytes_per_second() {
  Tensor<float, 1> a, b, c;
  for (Tensor<float, 1>* each : {&a, &b, &c}) each->resize({kStreamValues});
#pragma omp parallel for schedule(static)
  for (std::size_t i = 0; i < kStreamValues; ++i) a(i) = b(i) = c(i) = 1;
  const float* x = a.data();
  const float* y = b.data();
  float* z = c.data();
  const double seconds = least_seconds(kStreamRuns, [=] {
#pragma omp parallel for simd schedule(static)
    for (std::size_t i = 0; i < kStreamValues; ++i) z[i] = x[i] + 3 * y[i];
  });
  return 3.0 * kStreamValues * sizeof(float) / seconds;
}

}  // namespace

Calibration calibrate(const std::string& scalar, int threads) {
  set_threads(threads);
  return {scalar == "float" ? gemm_flops_per_second<float>()
                            : gemm_flops_per_second<double>(),
          stream_bytes_per_second(), fma_flops_per_second(scalar),
          core_round_trip_seconds()};
}

Calibrations calibrate(const std::string& scalar,
                       const std::vector<int>& thread_counts) {
  Calibrations calibrations;
  for (const int threads : thread_counts) {
    calibrations[threads] = calibrate(scalar, threads);
  }
  return calibrations;
}

}  // namespace suite
