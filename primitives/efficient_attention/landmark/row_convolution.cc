#include "primitives/efficient_attention/landmark/row_convolution.h"

#include <algorithm>

#include "primitives/simd.h"

namespace suite {
namespace {

// Rows made together, so that an input row is loaded once for all of them.
constexpr std::size_t kRows = 8;

// A head of one example.
template <class T>
struct Head {
  MatrixView<const T> input;
  MatrixView<T> output;
  const std::uint8_t* valid;  // or null
  const T* kernel;
  std::size_t width;
};

// `lanes` channels from `c` on, of the kRows rows from `first` on.
template <class T>
void convolve_rows(const Head<T>& head, std::size_t first, std::size_t c,
                   std::size_t lanes) {
  const bool whole = lanes == kLanes<T>;
  const std::size_t rows = head.input.rows, half = head.width / 2;
  const std::size_t end = std::min(rows, first + kRows + half);
  Vec<T> sums[kRows];
  std::fill(sums, sums + kRows, Vec<T>(T(0)));
  for (std::size_t n = first < half ? 0 : first - half; n < end; ++n) {
    if (head.valid != nullptr && head.valid[n] == 0) continue;
    const T* from = head.input.row(n) + c;
    const Vec<T> x = whole ? load(from) : load_first(from, lanes);
    for (std::size_t r = 0; r < kRows; ++r) {
      // Of a row too far away it wraps round, and is no tap.
      const std::size_t tap = n + half - first - r;
      if (tap < head.width) {
        sums[r] = xsimd::fma(Vec<T>(head.kernel[tap]), x, sums[r]);
      }
    }
  }
  for (std::size_t r = 0; r < std::min(kRows, rows - first); ++r) {
    T* to = head.output.row(first + r) + c;
    if (whole) {
      store(to, load(to) + sums[r]);
    } else {
      store_first(to, load_first(to, lanes) + sums[r], lanes);
    }
  }
}

}  // namespace

template <class T>
void convolve_rows_onto(const Tensor<T, 2>& kernels,
                        const BatchView<const T>& input, const Mask& mask,
                        Tensor<T, 3>& output, const Meter& meter) {
  const std::size_t heads = kernels.shape(0), width = kernels.shape(1);
  require(width % 2 == 1, "row convolution: a width of {}: must be odd", width);
  require(heads > 0 && input.cols % heads == 0,
          "row convolution: {} heads do not divide {} channels", heads,
          input.cols);
  require(output.shape(0) == input.batch && output.shape(1) == input.rows &&
              output.shape(2) == input.cols,
          "row convolution: the output is not as the input");
  const Work work{.macs = output.size() * width,
                  .bytes_moved = bytes_of(kernels) + 3 * bytes_of(output)};
  if (!meter.add(work)) return;
  const std::size_t d = input.cols / heads;
  const std::size_t blocks = (input.rows + kRows - 1) / kRows;
#pragma omp parallel for schedule(static)
  for (std::size_t unit = 0; unit < input.batch * blocks; ++unit) {
    const std::size_t b = unit / blocks;
    for (std::size_t h = 0; h < heads; ++h) {
      const Head<T> head{example(input, b).columns(h * d, d),
                         example(output, b).columns(h * d, d),
                         mask.size() == 0 ? nullptr : &mask(b, 0),
                         &kernels(h, 0), width};
      for (std::size_t c = 0; c < d; c += kLanes<T>) {
        convolve_rows(head, unit % blocks * kRows, c,
                      std::min(kLanes<T>, d - c));
      }
    }
  }
}

template void convolve_rows_onto<float>(const Tensor<float, 2>&,
                                        const BatchView<const float>&,
                                        const Mask&, Tensor<float, 3>&,
                                        const Meter&);
template void convolve_rows_onto<double>(const Tensor<double, 2>&,
                                         const BatchView<const double>&,
                                         const Mask&, Tensor<double, 3>&,
                                         const Meter&);

}  // namespace suite
