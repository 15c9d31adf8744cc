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
#include <vector>

#include "baselines/nystrom/nystrom_mixer.h"
#include "baselines/transformer/transformer.h"
#include "contract/registry.h"
#include "primitives/attention/attention_formula.h"
#include "primitives/efficient_attention/landmark/landmark_formula.h"

namespace suite {
namespace {

constexpr auto kStreaming = AttentionForm::streaming;

// What is made between the two products along N, which a trace keeps.
std::uint64_t made_bytes(const Shape& s, std::size_t m, std::size_t scalar) {
  return scalar * (4 * s.batch * m * s.D + 2 * s.batch * s.H * m * m);
}

Cost nystrom_cost(const Shape& s, const Options& options, std::size_t scalar,
                  int threads) {
  const NystromConfig config(s, options);
  const std::size_t m = config.landmarks, d = s.D / s.H, heads = s.batch * s.H;
  const AttentionShape landmarks = config.landmarks_read(s);
  const AttentionShape queries = config.queries_read(s);
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
      made_bytes(s, m, scalar);
  return cost;
}

Cost nystrom_backward_cost(const Shape& s, const Options& options,
                           std::size_t scalar, int threads) {
  const NystromConfig config(s, options);
  const std::size_t m = config.landmarks, d = s.D / s.H, heads = s.batch * s.H;
  Cost cost = formula::attention_backward(config.landmarks_read(s), kStreaming,
                                          scalar, threads) +
              formula::attention_backward(config.queries_read(s), kStreaming,
                                          scalar, threads) +
              formula::pseudo_inverse_backward(heads, m, config.iterations,
                                               scalar, threads);
  cost[Part::scores] +=
      formula::head_weights_backward(heads, m, d, scalar) +
      2 * formula::segment_means_backward(s.batch, s.N, m, s.D, scalar);
  cost[Part::weighted_sum] +=
      formula::multiply_heads_backward(heads, m, d, scalar);
  // Gradients of all that is made, and the log-sum-exps of the landmarks.
  cost.bytes_held += made_bytes(s, m, scalar) + scalar * heads * m;
  if (config.convolution == 0) return cost;
  // Taken off what it was added to, which is a copy, and differentiated.
  const std::size_t values = s.batch * s.N * s.D, width = config.convolution;
  cost[Part::weighted_sum] +=
      formula::row_convolution(values, s.H, width, scalar) +
      formula::row_convolution_backward(values, s.H, width, scalar);
  cost.bytes_held += scalar * (values + s.H * width);
  return cost;
}

// Log-sum-exps of queries and landmarks, and what is made, which then is not
// the workspace's.
MixerTrace nystrom_trace(const Shape& s, const Options& options,
                         std::size_t scalar) {
  const std::size_t m = NystromConfig(s, options).landmarks;
  const std::uint64_t made = made_bytes(s, m, scalar);
  return {scalar * s.batch * s.H * (s.N + m) + made, made};
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
  variant.backward_cost = nystrom_backward_cost;
  variant.trace = nystrom_trace;
  variant.reference = nystrom_reference;
  make_with<Nystromformer>(variant);
  return transformer_with(variant);
}

const Registration registered(nystromformer());

}  // namespace
}  // namespace suite
