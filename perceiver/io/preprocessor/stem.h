// The convolution before the first read (Jaegle et al. 2022, App. A): 7×7 with
// stride 2, batch norm, ReLU, and pooling of 3×3 with stride 2.
#pragma once

#include <string>

#include "perceiver/io/config.h"
#include "perceiver/io/stem_windows.h"
#include "primitives/convolution/convolution.h"
#include "primitives/convolution/convolution_backward.h"
#include "primitives/convolution/max_pool.h"

namespace suite {

template <class T>
class Stem {
 public:
  // `same_padding` as Semantics has it.
  Stem(const GridInput& grid, bool same_padding);

  struct Workspace {
    ConvolutionBuffers<T> convolution;
    Tensor<T, 3> convolved;  // [batch, about a 4th, mapped]
    Tensor<T, 3> pooled;     // [batch, about a 16th, mapped]
  };

  // pixels[batch, height·width, channels] → pooled, of the workspace. Cost: of
  // the convolution.
  const Tensor<T, 3>& forward(const Tensor<T, 3>& pixels, Workspace& workspace,
                              Ledger& ledger) const;
  struct Backward {
    ConvolutionBackward<T> convolution;
    Tensor<T, 3> d_convolved;
  };
  // Of the workspace's last forward: gradient += what d_pooled says, with the
  // norm's running statistics as constants, and d_pixels += the pixels' gradient,
  // unless it is null.
  void backward(const Tensor<T, 3>& pixels, const Tensor<T, 3>& d_pooled,
                const Workspace& forward, Backward& workspace, Stem& gradient,
                Tensor<T, 3>* d_pixels, Ledger& ledger) const;
  void for_each_parameter(const std::string& name,
                          const ParameterVisitor<T>& visit);
  void for_each_statistic(const std::string& name,
                          const ParameterVisitor<T>& visit);

 private:
  Grid picture_;
  StemWindows windows_;
  Convolution<T> convolution_;
  BatchNorm<T> norm_;
};

}  // namespace suite
