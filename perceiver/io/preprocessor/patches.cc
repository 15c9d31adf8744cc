#include "perceiver/io/preprocessor/patches.h"

namespace suite {
namespace {

// Calls each(value of the planes) for those of one row of patches in their
// order: `row` counts rows over all frames of an example.
template <class T, class Each>
void for_each_value(T* planes, const Cut& cut, std::size_t row,
                    const Each& each) {
  const std::size_t height = cut.extents[1], width = cut.extents[2];
  const std::size_t down = height / cut.patch[1];
  const std::size_t first_frame = row / down * cut.patch[0];
  const std::size_t first_y = row % down * cut.patch[1];
  for (std::size_t left = 0; left < width; left += cut.patch[2]) {
    for (std::size_t t = 0; t < cut.patch[0]; ++t) {
      T* frame = planes + (first_frame + t) * cut.channels * height * width;
      for (std::size_t y = 0; y < cut.patch[1]; ++y) {
        T* line = frame + (first_y + y) * width + left;
        for (std::size_t x = 0; x < cut.patch[2]; ++x) {
          for (std::size_t c = 0; c < cut.channels; ++c) {
            each(line[c * height * width + x]);
          }
        }
      }
    }
  }
}

}  // namespace

template <class T>
void cut_patches(const Tensor<T, 3>& planes, const Cut& cut,
                 Tensor<T, 3>& patches, const Meter& meter) {
  const std::size_t batch = planes.shape(0);
  const std::size_t rows = cut.extents[0] / cut.patch[0] *
                           (cut.extents[1] / cut.patch[1]);
  const std::size_t across = cut.extents[2] / cut.patch[2];
  const std::size_t values =
      cut.patch[0] * cut.patch[1] * cut.patch[2] * cut.channels;
  patches.resize({batch, rows * across, values});
  if (!meter.add({.bytes_moved = bytes_of(planes) + bytes_of(patches)})) return;
  const std::size_t plane_values = planes.shape(1) * planes.shape(2);
#pragma omp parallel for schedule(static)
  for (std::size_t unit = 0; unit < batch * rows; ++unit) {
    T* to = patches.data() + unit * across * values;
    for_each_value(planes.data() + unit / rows * plane_values, cut, unit % rows,
                   [&to](T value) { *to++ = value; });
  }
}

template <class T>
void cut_patches_backward(const Tensor<T, 3>& d_patches, const Cut& cut,
                          Tensor<T, 3>& d_planes, const Meter& meter) {
  const std::size_t rows = cut.extents[0] / cut.patch[0] *
                           (cut.extents[1] / cut.patch[1]);
  require(d_patches.size() == d_planes.size(),
          "patches: a gradient of {} values for {}", d_patches.size(),
          d_planes.size());
  if (!meter.add(
          {.bytes_moved = bytes_of(d_patches) + 2 * bytes_of(d_planes)})) {
    return;
  }
  const std::size_t plane_values = d_planes.shape(1) * d_planes.shape(2);
  const std::size_t units = d_planes.shape(0) * rows;
#pragma omp parallel for schedule(static)
  for (std::size_t unit = 0; unit < units; ++unit) {
    const T* from = d_patches.data() + unit * (d_patches.size() / units);
    for_each_value(d_planes.data() + unit / rows * plane_values, cut,
                   unit % rows, [&from](T& value) { value += *from++; });
  }
}

template void cut_patches<float>(const Tensor<float, 3>&, const Cut&,
                                 Tensor<float, 3>&, const Meter&);
template void cut_patches<double>(const Tensor<double, 3>&, const Cut&,
                                  Tensor<double, 3>&, const Meter&);

template void cut_patches_backward<float>(const Tensor<float, 3>&, const Cut&,
                                          Tensor<float, 3>&, const Meter&);
template void cut_patches_backward<double>(const Tensor<double, 3>&, const Cut&,
                                           Tensor<double, 3>&, const Meter&);

}  // namespace suite
