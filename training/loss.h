// How far an output is from what it should be, with the gradient in the same
// pass. A loss has the same bits for every number of threads.
#pragma once

#include <cstdint>
#include <span>

#include "primitives/cost.h"
#include "primitives/tensor.h"

namespace suite {

// The mean over counted rows of −Σ_c q_c·log softmax(logits)_c, in nats, where
// q is 1 − smoothing on the label and smoothing/classes on every class (Szegedy
// et al. 2016, §7). gradient, resized to logits[batch, rows, classes], becomes
// d loss/d logits: (softmax − q)/counted. labels[batch·rows]; a negative
// label's row isn't counted, and its gradient is 0. Cost: batch·rows·classes
// logits; reads logits and labels, writes the gradient. Throws Error for a
// label ≥ classes, naming its row, for another number of labels than rows, for
// smoothing outside of [0, 1), for logits as their own gradient and if no row
// counts. Where the ledger only counts, labels aren't read and the loss is 0.
template <class T>
double cross_entropy(const Tensor<T, 3>& logits,
                     std::span<const std::int32_t> labels, double smoothing,
                     Tensor<T, 3>& gradient, const Meter& meter);

// The mean of (output − target)² over the channels of rows whose mask[batch,
// rows] is 1; of all if the mask is empty. gradient, resized to output[batch,
// rows, channels], becomes 2·(output − target)/counted, and 0 in other rows.
// Cost: no MACs; reads output and target, writes the gradient. Throws Error for
// shapes that differ and if no row counts.
template <class T>
double mean_square(const Tensor<T, 3>& output, const Tensor<T, 3>& target,
                   const Mask& mask, Tensor<T, 3>& gradient,
                   const Meter& meter);

}  // namespace suite
