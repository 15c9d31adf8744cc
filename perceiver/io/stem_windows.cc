#include "perceiver/io/stem_windows.h"

namespace suite {

StemWindows stem_windows(const Grid& picture, bool same_padding) {
  constexpr std::size_t kKernel = 7, kPool = 3, kStride = 2;
  constexpr Padding kAround{3, 3};
  StemWindows w;
  w.convolution = same_padding ? same_window(picture, kKernel, kStride)
                               : Window{kKernel, kStride, kAround, kAround};
  w.convolved = w.convolution.outputs(picture);
  w.pool = same_padding ? same_window(w.convolved, kPool, kStride)
                        : Window{kPool, kStride, {}, {}};
  w.pooled = w.pool.outputs(w.convolved);
  return w;
}

}  // namespace suite
