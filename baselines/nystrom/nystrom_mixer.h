// Nyströmformer's mixing of tokens (Xiong et al. 2021, §3.2), and its backward.
#pragma once

#include <algorithm>
#include <array>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "contract/options.h"
#include "contract/shape.h"
#include "primitives/attention/attention.h"
#include "primitives/attention/attention_backward.h"
#include "primitives/efficient_attention/landmark/head_matrices.h"
#include "primitives/efficient_attention/landmark/head_matrices_backward.h"
#include "primitives/efficient_attention/landmark/row_convolution.h"
#include "primitives/keep.h"
#include "primitives/parameter.h"

namespace suite {

struct NystromConfig {
  std::size_t landmarks, iterations, convolution;

  NystromConfig(const Shape& s, const Options& options)
      : landmarks(options.number("landmarks")),
        iterations(options.number("iterations")),
        convolution(options.number("convolution")) {
    require(landmarks > 0 && landmarks <= s.N,
            "landmarks = {}: must be from 1 to N = {}", landmarks, s.N);
    require(iterations > 0, "iterations = 0: must be at least 1");
    require(convolution == 0 || convolution % 2 == 1,
            "convolution = {}: must be odd, or 0 for none", convolution);
  }

  // Of the two products along N: the landmarks read all keys, and the queries
  // read the landmarks.
  AttentionShape landmarks_read(const Shape& s) const {
    return {s.batch, landmarks, s.N, s.H, s.D / s.H, s.D / s.H};
  }
  AttentionShape queries_read(const Shape& s) const {
    return {s.batch, s.N, landmarks, s.H, s.D / s.H, s.D / s.H};
  }
};

template <class T>
class Nystromformer {
 public:
  Nystromformer(const Shape& shape, const Options& options)
      : config_(shape, options) {
    if (config_.convolution == 0) return;
    kernels_.resize({shape.H, config_.convolution});
  }

  struct Workspace {
    std::unique_ptr<Attention<T>> landmarks_read, queries_read;
    PseudoInverse<T> inverse;
    std::vector<Tensor<T, 3>> made;  // where no trace keeps it
    AttentionTrace<T> landmarks_trace;
  };
  Workspace workspace() const {
    return {.landmarks_read = make_attention<T>(AttentionForm::streaming),
            .queries_read = make_attention<T>(AttentionForm::streaming)};
  }

  void forward(const AttentionInputs<T>& in, Workspace& w, Tensor<T, 3>& output,
               Ledger& ledger, AttentionTrace<T>* trace) const {
    std::vector<Tensor<T, 3>>& made = trace == nullptr ? w.made : trace->made;
    made.resize(kMade);
    segment_means(in.queries, in.mask, config_.landmarks, made[kQueries],
                  ledger[Part::scores]);
    segment_means(in.keys, in.mask, config_.landmarks, made[kKeys],
                  ledger[Part::scores]);
    head_weights(made[kQueries], made[kKeys], in.heads, made[kWeights], ledger);
    w.inverse.forward(made[kWeights], config_.iterations, made[kInverses],
                      ledger[Part::weighted_sum]);
    std::swap(made[kLogSumExp], w.landmarks_trace.log_sum_exp);
    w.landmarks_read->forward(
        {made[kQueries], in.keys, in.values, in.mask, in.heads}, made[kRead],
        ledger, trace == nullptr ? nullptr : &w.landmarks_trace);
    std::swap(made[kLogSumExp], w.landmarks_trace.log_sum_exp);
    multiply_heads(made[kInverses], made[kRead], made[kValues],
                   ledger[Part::weighted_sum]);
    w.queries_read->forward(
        {in.queries, made[kKeys], made[kValues], no_mask(), in.heads}, output,
        ledger, trace);
    if (config_.convolution == 0) return;
    convolve_rows_onto(kernels_, in.values, in.mask, output,
                       ledger[Part::weighted_sum]);
  }

  struct Backward {
    AttentionBackward<T> landmarks_read{AttentionForm::streaming};
    AttentionBackward<T> queries_read{AttentionForm::streaming};
    PseudoInverseBackward<T> inverse;
    AttentionTrace<T> landmarks_trace;
    Tensor<T, 3> output;                 // without the convolution
    Tensor<T, 3> d_queries, d_keys;      // of the landmarks, [batch, m, D]
    Tensor<T, 3> d_weights, d_inverses;  // [batch·H, m, m]
    Tensor<T, 3> d_read, d_values;       // [batch, m, D]
    Tensor<T, 2> kernels;                // other ones, [H, width]
  };
  Backward backward_workspace() const { return {}; }

  void backward(const AttentionInputs<T>& in, const AttentionResult<T>& result,
                const AttentionInputGradients<T>& gradients, Backward& w,
                Nystromformer& gradient, Ledger& ledger) const {
    const std::vector<Tensor<T, 3>>& made = result.trace.made;
    const bool convolves = config_.convolution > 0;
    if (convolves) take_convolution_off(in, result.output, w, ledger);
    for (Tensor<T, 3>* each : {&w.d_queries, &w.d_keys, &w.d_values}) {
      each->resize(made[kKeys].shape());
    }
    w.queries_read.run(
        {in.queries, made[kKeys], made[kValues], no_mask(), in.heads},
        {convolves ? BatchView<const T>(w.output) : result.output, result.trace,
         result.d_output},
        {gradients.queries, w.d_keys, w.d_values}, ledger);
    multiply_heads_backward(made[kInverses], made[kRead], w.d_values,
                            w.d_inverses, w.d_read, ledger[Part::weighted_sum]);
    keep_copy(made[kLogSumExp], w.landmarks_trace.log_sum_exp, ledger);
    w.landmarks_read.run(
        {made[kQueries], in.keys, in.values, in.mask, in.heads},
        {made[kRead], w.landmarks_trace, w.d_read},
        {w.d_queries, gradients.keys, gradients.values}, ledger);
    w.inverse.run(made[kWeights], config_.iterations, w.d_inverses, w.d_weights,
                  ledger[Part::weighted_sum]);
    head_weights_backward(made[kQueries], made[kKeys], made[kWeights],
                          w.d_weights, w.d_queries, w.d_keys,
                          ledger[Part::scores]);
    segment_means_backward(w.d_queries, in.mask, gradients.queries,
                           ledger[Part::scores]);
    segment_means_backward(w.d_keys, in.mask, gradients.keys,
                           ledger[Part::scores]);
    if (!convolves) return;
    convolve_rows_backward(kernels_, in.values, in.mask, result.d_output,
                           w.kernels, gradient.kernels_, gradients.values,
                           ledger, Part::weighted_sum);
  }

  void for_each_parameter(const std::string& name,
                          const ParameterVisitor<T>& visit) {
    if (config_.convolution == 0) return;
    visit_tensor(visit, name + ".kernels", kernels_, Init::fan_in_of_rows);
  }

 private:
  // What is made on the way, which a trace keeps.
  enum {
    kQueries,  // the landmarks, [batch, m, D]
    kKeys,
    kWeights,    // between them, A, [batch·H, m, m]
    kInverses,   // A⁺
    kRead,       // what they read of the values, [batch, m, D]
    kValues,     // A⁺ times that
    kLogSumExp,  // of their reading, [batch, H, m], for a trace alone
    kMade
  };

  // What attention alone has answered: to take the convolution off again is
  // cheaper than to keep N rows more.
  void take_convolution_off(const AttentionInputs<T>& in,
                            const BatchView<const T>& output, Backward& w,
                            Ledger& ledger) const {
    w.output.resize({output.batch, output.rows, output.cols});
    w.kernels.resize(kernels_.shape());
    if (ledger.computes()) {
      for (std::size_t r = 0; r < output.batch * output.rows; ++r) {
        std::copy_n(all_rows(output).row(r), output.cols,
                    all_rows(w.output).row(r));
      }
      std::transform(kernels_.begin(), kernels_.end(), w.kernels.begin(),
                     std::negate<T>());
    }
    convolve_rows_onto(w.kernels, in.values, in.mask, w.output,
                       ledger[Part::weighted_sum]);
  }

  NystromConfig config_;
  Tensor<T, 2> kernels_;  // [H, width], or none
};

}  // namespace suite
