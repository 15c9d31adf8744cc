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
                        const std::type_identity_t<BatchView<T>>& output,
                        const Meter& meter) {
  const std::size_t heads = kernels.shape(0), width = kernels.shape(1);
  require(width % 2 == 1, "row convolution: a width of {}: must be odd", width);
  require(heads > 0 && input.cols % heads == 0,
          "row convolution: {} heads do not divide {} channels", heads,
          input.cols);
  require(output.batch == input.batch && output.rows == input.rows &&
              output.cols == input.cols,
          "row convolution: the output is not as the input");
  const std::size_t values = input.batch * input.rows * input.cols;
  const Work work{.macs = values * width,
                  .bytes_moved = bytes_of(kernels) + 3 * sizeof(T) * values};
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

namespace {

// Taps whose gradients are made together, so that a row is loaded once for all.
constexpr std::size_t kTaps = 4;

// d_kernel[count] += of the taps from `first` on, of a head.
template <class T>
void taps_backward(MatrixView<const T> input, MatrixView<const T> d_output,
                   const std::uint8_t* valid, std::size_t half,
                   std::size_t first, std::size_t count, T* d_kernel) {
  Vec<T> sums[kTaps];
  std::fill(sums, sums + kTaps, Vec<T>(T(0)));
  for (std::size_t n = 0; n < input.rows; ++n) {
    for (std::size_t c = 0; c < input.cols; c += kLanes<T>) {
      const std::size_t lanes = std::min(kLanes<T>, input.cols - c);
      const auto part = [&](const T* row) {
        return lanes == kLanes<T> ? load(row + c) : load_first(row + c, lanes);
      };
      const Vec<T> d = part(d_output.row(n));
      for (std::size_t i = 0; i < count; ++i) {
        // Of a row before the first it wraps round, and is none.
        const std::size_t from = n + first + i - half;
        if (from >= input.rows) continue;
        if (valid != nullptr && valid[from] == 0) continue;
        sums[i] = xsimd::fma(d, part(input.row(from)), sums[i]);
      }
    }
  }
  for (std::size_t i = 0; i < count; ++i) d_kernel[i] += sum_lanes(sums[i]);
}

}  // namespace

template <class T>
void convolve_rows_backward(const Tensor<T, 2>& kernels,
                            const BatchView<const T>& input, const Mask& mask,
                            const BatchView<const T>& d_output,
                            Tensor<T, 2>& flipped, Tensor<T, 2>& d_kernels,
                            const BatchView<T>& d_input, Ledger& ledger,
                            Part part) {
  const std::size_t heads = kernels.shape(0), width = kernels.shape(1);
  require(d_kernels.shape() == kernels.shape() && d_output.rows == input.rows &&
              d_output.cols == input.cols,
          "row convolution backward: the gradients are not as what they are "
          "of");
  flipped.resize(kernels.shape());
  for (std::size_t h = 0; h < heads && ledger.computes(); ++h) {
    std::reverse_copy(&kernels(h, 0), &kernels(h, 0) + width, &flipped(h, 0));
  }
  // What a row gave its neighbours comes back from where they stand.
  convolve_rows_onto(flipped, d_output, no_mask(), d_input, ledger[part]);
  const std::size_t values = input.batch * input.rows * input.cols;
  const Meter meter = ledger[part];
  const Work work{
      .macs = values * width,
      .bytes_moved = 2 * bytes_of(kernels) + 2 * sizeof(T) * values};
  if (!meter.add(work)) return;
  for (std::size_t i = 0; i < mask.size(); ++i) {
    if (mask.data()[i] != 0) continue;
    std::fill_n(all_rows(d_input).row(i), d_input.cols, T(0));
  }
  const std::size_t d = input.cols / heads;
  const std::size_t groups = (width + kTaps - 1) / kTaps;
#pragma omp parallel for schedule(static)
  for (std::size_t unit = 0; unit < heads * groups; ++unit) {
    const std::size_t h = unit / groups, first = unit % groups * kTaps;
    for (std::size_t b = 0; b < input.batch; ++b) {
      taps_backward(example(input, b).columns(h * d, d),
                    example(d_output, b).columns(h * d, d),
                    mask.size() == 0 ? nullptr : &mask(b, 0), width / 2, first,
                    std::min(kTaps, width - first), &d_kernels(h, first));
    }
  }
}

template void convolve_rows_onto<float>(const Tensor<float, 2>&,
                                        const BatchView<const float>&,
                                        const Mask&, const BatchView<float>&,
                                        const Meter&);
template void convolve_rows_onto<double>(const Tensor<double, 2>&,
                                         const BatchView<const double>&,
                                         const Mask&, const BatchView<double>&,
                                         const Meter&);
template void convolve_rows_backward<float>(
    const Tensor<float, 2>&, const BatchView<const float>&, const Mask&,
    const BatchView<const float>&, Tensor<float, 2>&, Tensor<float, 2>&,
    const BatchView<float>&, Ledger&, Part);
template void convolve_rows_backward<double>(
    const Tensor<double, 2>&, const BatchView<const double>&, const Mask&,
    const BatchView<const double>&, Tensor<double, 2>&, Tensor<double, 2>&,
    const BatchView<double>&, Ledger&, Part);

}  // namespace suite
