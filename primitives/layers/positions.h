// What tells a model where an input stands.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "primitives/cost.h"
#include "primitives/parameter.h"
#include "primitives/tensor.h"

namespace suite {

// Channels that Fourier features have: dims·(2·bands + 1).
std::size_t fourier_channels(std::size_t dims, std::size_t bands);

// The positions of a grid, [product of extents, dims], row-major: they run over
// [−1, 1] per dimension, both ends included. Throws Error for an empty grid.
Tensor<double, 2> grid_points(std::span<const std::size_t> extents);

// Fourier features (Perceiver §3.2 and App. D) of points[rows, dims] in [−1, 1]:
// a grid's, or any. Frequencies of a dimension are `bands` equal steps from 1 to
// half of its resolution. Returns [rows, fourier_channels]: the points, then
// sin(π f p) for all bands of dimension 0, of dimension 1, …, then the cosines
// likewise, computed in double. Throws Error unless there are points, bands and
// a resolution of at least 1 for each dimension.
template <class T>
Tensor<T, 2> fourier_features(const Tensor<double, 2>& points,
                              std::span<const std::size_t> resolution,
                              std::size_t bands);

// Of a grid whose resolution is its extents.
template <class T>
Tensor<T, 2> fourier_features(std::span<const std::size_t> extents,
                              std::size_t bands);

// The same at points[rows, dims] of [−1, 1] anywhere, into to[rows,
// fourier_channels]; `resolution` is twice the highest frequency of each
// dimension. On all threads. Throws Error unless the widths fit.
template <class T>
void fourier_features_at(MatrixView<const double> points,
                         std::span<const std::size_t> resolution,
                         std::size_t bands, MatrixView<T> to);

// d_points[rows, dims] += what d_features[rows, fourier_channels] say of the
// points whose `features` they are. On the calling thread.
template <class T>
void fourier_features_backward(MatrixView<const T> features,
                               MatrixView<const T> d_features,
                               std::span<const std::size_t> resolution,
                               std::size_t bands, MatrixView<T> d_points);

// output[batch, N, C + K] ← input[batch, N, C] beside features[N, K].
// Cost: no MACs; reads input and features, writes the output.
template <class T>
void append_positions(const Tensor<T, 3>& input, const Tensor<T, 2>& features,
                      Tensor<T, 3>& output, const Meter& meter);

// output[batch, N, C] ← input + positions[N, C], learned.
template <class T>
void add_positions(const Tensor<T, 3>& input, const Tensor<T, 2>& positions,
                   Tensor<T, 3>& output, const Meter& meter);

}  // namespace suite
