// Nyströmformer (Xiong et al. 2021, §3.2): with m landmarks, the means of segments
// of queries and keys, the weights softmax(QKᵀ) become softmax(QK̃ᵀ)·A⁺·
// softmax(Q̃Kᵀ), where A = softmax(Q̃K̃ᵀ) and A⁺ is found by a few matrix products.
// An option adds the paper's depthwise convolution of the values along N, with one
// kernel a head (its figure 2).
//
// Cost: 4·N·m·D MACs, N·D·convolution, and 4·iterations·m³ a head, in each layer:
// linear in N. Both N-long products are streaming attention: the landmarks read all
// keys, and the queries read the landmarks.
#include <algorithm>
#include <functional>
#include <vector>

#include "baselines/transformer/transformer.h"
#include "contract/registry.h"
#include "primitives/attention/attention_formula.h"
#include "primitives/attention_layer/attend_backward.h"
#include "primitives/efficient_attention/landmark/head_matrices_backward.h"
#include "primitives/efficient_attention/landmark/landmark_formula.h"
#include "primitives/efficient_attention/landmark/row_convolution.h"
#include "primitives/keep.h"

namespace suite {
namespace {

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
    Tensor<T, 3> queries, keys;      // the landmarks, [batch, m, D]
    Tensor<T, 3> weights, inverses;  // A and A⁺, [batch·H, m, m]
    Tensor<T, 3> read, values;       // before and after A⁺, [batch, m, D]
    AttentionTrace<T> landmarks_trace;
  };
  Workspace workspace() const {
    return {.landmarks_read = make_attention<T>(AttentionForm::streaming),
            .queries_read = make_attention<T>(AttentionForm::streaming)};
  }

  void forward(const AttentionInputs<T>& in, Workspace& w, Tensor<T, 3>& output,
               Ledger& ledger, AttentionTrace<T>* trace) const {
    segment_means(in.queries, in.mask, config_.landmarks, w.queries,
                  ledger[Part::scores]);
    segment_means(in.keys, in.mask, config_.landmarks, w.keys,
                  ledger[Part::scores]);
    head_weights(w.queries, w.keys, in.heads, w.weights, ledger);
    w.inverse.forward(w.weights, config_.iterations, w.inverses,
                      ledger[Part::weighted_sum]);
    w.landmarks_read->forward(
        {w.queries, in.keys, in.values, in.mask, in.heads}, w.read, ledger,
        trace == nullptr ? nullptr : &w.landmarks_trace);
    multiply_heads(w.inverses, w.read, w.values, ledger[Part::weighted_sum]);
    w.queries_read->forward({in.queries, w.keys, w.values, no_mask(), in.heads},
                            output, ledger, trace);
    if (trace != nullptr) {
      trace->made.resize(kMade);
      std::swap(trace->made[kQueries], w.queries);
      std::swap(trace->made[kKeys], w.keys);
      std::swap(trace->made[kWeights], w.weights);
      std::swap(trace->made[kInverses], w.inverses);
      std::swap(trace->made[kRead], w.read);
      std::swap(trace->made[kValues], w.values);
      std::swap(trace->made[kLogSumExp], w.landmarks_trace.log_sum_exp);
    }
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
  // What a trace keeps: the landmarks, what stands between them, and what they
  // read.
  enum {
    kQueries,
    kKeys,
    kWeights,
    kInverses,
    kRead,
    kValues,
    kLogSumExp,
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

Cost nystrom_cost(const Shape& s, const Options& options, std::size_t scalar,
                  int threads) {
  const NystromConfig config(s, options);
  const std::size_t m = config.landmarks, d = s.D / s.H, heads = s.batch * s.H;
  constexpr auto kStreaming = AttentionForm::streaming;
  const AttentionShape landmarks{s.batch, m, s.N, s.H, d, d};
  const AttentionShape queries{s.batch, s.N, m, s.H, d, d};
  Cost cost = formula::attention(landmarks, kStreaming, scalar) +
              formula::attention(queries, kStreaming, scalar) +
              formula::head_weights(heads, m, d, scalar) +
              formula::pseudo_inverse(heads, m, config.iterations, scalar,
                                      threads);
  cost[Part::scores] +=
      2 * formula::segment_means(s.batch, s.N, m, s.D, scalar);
  cost[Part::weighted_sum] += formula::multiply_heads(heads, m, d, scalar);
  if (config.convolution > 0) {
    cost[Part::weighted_sum] += formula::row_convolution(
        s.batch * s.N * s.D, s.H, config.convolution, scalar);
    cost.parameters = s.H * config.convolution;
  }
  cost.bytes_held +=
      formula::attention_buffers(landmarks, kStreaming, scalar, threads) +
      formula::attention_buffers(queries, kStreaming, scalar, threads) +
      scalar * (4 * s.batch * m * s.D + 2 * heads * m * m);
  return cost;
}

using Matrix = std::vector<std::vector<double>>;

Matrix times(const Matrix& a, const Matrix& b) {
  Matrix c(a.size(), std::vector<double>(b[0].size(), 0.0));
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (std::size_t k = 0; k < b.size(); ++k) {
      for (std::size_t j = 0; j < b[0].size(); ++j) c[i][j] += a[i][k] * b[k][j];
    }
  }
  return c;
}

// diagonal·I − a.
Matrix rest(double diagonal, Matrix a) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (double& value : a[i]) value = -value;
    a[i][i] += diagonal;
  }
  return a;
}

Matrix inverse_of(const Matrix& a, std::size_t iterations) {
  double rows = 0, columns = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    double row = 0, column = 0;
    for (std::size_t j = 0; j < a.size(); ++j) {
      row += a[i][j];
      column += a[j][i];
    }
    rows = std::max(rows, row);
    columns = std::max(columns, column);
  }
  Matrix z = a;
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (std::size_t j = 0; j < a.size(); ++j) z[i][j] = a[j][i] / rows / columns;
  }
  for (std::size_t step = 0; step < iterations; ++step) {
    const Matrix az = times(a, z);
    z = times(z, rest(13, times(az, rest(15, times(az, rest(7, az))))));
    for (auto& row : z) {
      for (double& value : row) value /= 4;
    }
  }
  return z;
}

oracle::Array landmarks_of(const oracle::Array& x, std::size_t m,
                           const NaiveInputs& in) {
  const std::size_t N = in.shape.N;
  oracle::Array means = oracle::zeros(x.dim(0), m, x.dim(2));
  for (std::size_t b = 0; b < x.dim(0); ++b) {
    for (std::size_t s = 0; s < m; ++s) {
      double shown = 0;
      for (std::size_t n = s * N / m; n < (s + 1) * N / m; ++n) {
        if (in.hidden(b, n)) continue;
        ++shown;
        for (std::size_t c = 0; c < x.dim(2); ++c) {
          means.at(b, s, c) += x.at(b, n, c);
        }
      }
      for (std::size_t c = 0; c < x.dim(2) && shown > 0; ++c) {
        means.at(b, s, c) /= shown;
      }
    }
  }
  return means;
}

// y ← y + what the neighbours of each value give it.
void add_convolution(const NaiveInputs& in, oracle::Array& y) {
  const auto width = static_cast<long>(in.options.number("convolution"));
  const std::size_t d = in.shape.D / in.shape.H;
  for (std::size_t b = 0; b < in.shape.batch; ++b) {
    for (std::size_t n = 0; n < in.shape.N; ++n) {
      for (long t = 0; t < width; ++t) {
        const long from = static_cast<long>(n) + t - width / 2;
        if (from < 0 || from >= static_cast<long>(in.shape.N)) continue;
        if (in.hidden(b, from)) continue;
        for (std::size_t c = 0; c < in.shape.D; ++c) {
          y.at(b, n, c) += in.parameter("kernels").values[c / d * width + t] *
                           in.v.at(b, from, c);
        }
      }
    }
  }
}

oracle::Array nystrom_reference(const NaiveInputs& in) {
  const std::size_t m = in.options.number("landmarks");
  const std::size_t H = in.shape.H, d = in.shape.D / H;
  const oracle::Array q = landmarks_of(in.q, m, in);
  const oracle::Array k = landmarks_of(in.k, m, in);
  oracle::Array read = oracle::attention(q, in.k, in.v, H, in.valid);
  // A is what attention makes of the identity as values, a head at a time.
  for (std::size_t b = 0; b < in.shape.batch; ++b) {
    for (std::size_t h = 0; h < H; ++h) {
      oracle::Array qh = oracle::zeros(1, m, d), kh = qh;
      oracle::Array identity = oracle::zeros(1, m, m);
      for (std::size_t i = 0; i < m; ++i) {
        identity.at(0, i, i) = 1;
        for (std::size_t c = 0; c < d; ++c) {
          qh.at(0, i, c) = q.at(b, i, h * d + c);
          kh.at(0, i, c) = k.at(b, i, h * d + c);
        }
      }
      const oracle::Array weights = oracle::attention(qh, kh, identity, 1, {});
      Matrix a(m, std::vector<double>(m)), values(m, std::vector<double>(d));
      for (std::size_t i = 0; i < m; ++i) {
        for (std::size_t j = 0; j < m; ++j) a[i][j] = weights.at(0, i, j);
        for (std::size_t c = 0; c < d; ++c) {
          values[i][c] = read.at(b, i, h * d + c);
        }
      }
      values = times(inverse_of(a, in.options.number("iterations")), values);
      for (std::size_t i = 0; i < m; ++i) {
        for (std::size_t c = 0; c < d; ++c) {
          read.at(b, i, h * d + c) = values[i][c];
        }
      }
    }
  }
  oracle::Array y = oracle::attention(in.q, k, read, H, {});
  add_convolution(in, y);
  return y;
}

Contestant nystromformer() {
  AttentionVariant variant{{
      .name = "nystromformer",
      .facts = {.paper = "Xiong et al. 2021, §3.2 and Table 1",
                .idea = "the Nyström method: landmarks read all, and all read "
                        "the landmarks",
                .cost = "O(B·N·landmarks·D)",
                .exact = false},
      .options = {number("landmarks", 64, "How many landmarks?"),
                  number("iterations", 6,
                         "How many steps towards the pseudo-inverse?"),
                  number("convolution", 0,
                         "How wide is the values' convolution? 0: none")},
      .trial = {{"landmarks", "3"}},
      .growth = {{"N", 1, 1}, {"N", 1, 1, {{"convolution", "33"}}}},
      .limit = ExactLimit{.statement = "landmarks = N and iterations = 30",
                          .options =
                              [](const Shape& shape, std::size_t) {
                                return OptionValues{
                                    {"landmarks", std::to_string(shape.N)},
                                    {"iterations", "30"}};
                              }},
      .golden = Golden{75600, 2952, 1.71265675936},
      // Each step may blow up what rounding left by 13/4.
      .rounding = 1024,
      .settings = along("landmarks", {16, 32, 64, 128, 256}),
  }};
  variant.cost = nystrom_cost;
  variant.reference = nystrom_reference;
  make_with<Nystromformer>(variant);
  return transformer_with(variant);
}

const Registration registered(nystromformer());

}  // namespace
}  // namespace suite
