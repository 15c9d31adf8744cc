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

// Fourier features (Perceiver §3.2 and App. D) of a grid of positions.
// Positions run over [−1, 1] per dimension, both ends included, row-major;
// frequencies are `bands` equal steps from 1 to half of the extent. Returns
// [product of extents, fourier_channels]: the positions, then sin(π f p) for
// all bands of dimension 0, of dimension 1, …, then the cosines likewise.
// Throws Error for an empty grid or no bands.
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
