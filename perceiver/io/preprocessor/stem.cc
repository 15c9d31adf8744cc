#include "perceiver/io/preprocessor/stem.h"

namespace suite {

template <class T>
Stem<T>::Stem(const GridInput& grid, bool same_padding)
    : picture_{grid.extents[0], grid.extents[1]},
      windows_(stem_windows(picture_, same_padding)),
      convolution_(grid.channels, grid.mapped, windows_.convolution,
                   Bias::without),
      norm_(grid.mapped) {}

template <class T>
const Tensor<T, 3>& Stem<T>::forward(const Tensor<T, 3>& pixels,
                                     Workspace& workspace,
                                     Ledger& ledger) const {
  convolve_norm_relu(pixels, picture_, convolution_, norm_,
                     workspace.convolution, workspace.convolved,
                     ledger[Part::input_projection]);
  max_pool(workspace.convolved, windows_.convolved, windows_.pool,
           workspace.pooled, ledger[Part::input_projection]);
  return workspace.pooled;
}

template <class T>
void Stem<T>::backward(const Tensor<T, 3>& pixels, const Tensor<T, 3>& d_pooled,
                       const Workspace& forward, Backward& w, Stem& gradient,
                       Tensor<T, 3>* d_pixels, Ledger& ledger) const {
  max_pool_backward(forward.convolved, windows_.convolved, windows_.pool,
                    d_pooled, w.d_convolved, ledger[Part::input_projection]);
  convolve_norm_relu_backward(pixels, picture_, convolution_, norm_,
                              forward.convolved, w.d_convolved, w.convolution,
                              gradient.convolution_, gradient.norm_, d_pixels,
                              ledger, Part::input_projection);
}

template <class T>
void Stem<T>::for_each_parameter(const std::string& name,
                                 const ParameterVisitor<T>& visit) {
  convolution_.for_each_parameter(name + ".stem", visit);
  norm_.for_each_parameter(name + ".stem.norm", visit);
}

template <class T>
void Stem<T>::for_each_statistic(const std::string& name,
                                 const ParameterVisitor<T>& visit) {
  norm_.for_each_statistic(name + ".stem.norm", visit);
}

template class Stem<float>;
template class Stem<double>;

}  // namespace suite
