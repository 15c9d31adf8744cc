// The gradients of a read as its definition has them, by naive loops in double.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "primitives/cross_attention/testing.h"

namespace suite {

// By name: queries, inputs, norm.scale, key.weight, …; all examples together.
using ReadGradients = std::map<std::string, std::vector<double>>;

namespace naive {

inline Matrix columns(const Matrix& all, std::size_t first, std::size_t count) {
  Matrix some(all.rows, count);
  for (std::size_t i = 0; i < some.values.size(); ++i) {
    some.values[i] = all(i / count, first + i % count);
  }
  return some;
}
inline void put_columns(const Matrix& some, std::size_t first, Matrix& all) {
  for (std::size_t i = 0; i < some.values.size(); ++i) {
    all(i / some.cols, first + i % some.cols) = some.values[i];
  }
}

// Of one example: the gradients of q[M, ·], k[N, ·] and v[N, ·] become those of
// attention's output.
struct AttentionGradients {
  Matrix q, k, v;
};
inline AttentionGradients attention_gradients(const Matrix& q, const Matrix& k,
                                              const Matrix& v,
                                              const Matrix& d_output,
                                              std::size_t heads,
                                              const std::uint8_t* valid) {
  AttentionGradients all{Matrix(q.rows, q.cols), Matrix(k.rows, k.cols),
                         Matrix(v.rows, v.cols)};
  const std::size_t d = q.cols / heads, dv = v.cols / heads;
  const double scale = 1 / std::sqrt(static_cast<double>(d));
  for (std::size_t h = 0; h < heads; ++h) {
    const Matrix own_q = columns(q, h * d, d), own_k = columns(k, h * d, d);
    const Matrix own_v = columns(v, h * dv, dv);
    const Matrix own_d = columns(d_output, h * dv, dv);
    Matrix logits = multiply(own_q, transpose(own_k));
    for (double& logit : logits.values) logit *= scale;
    const Matrix p = softmax(logits, valid);
    Matrix d_s = multiply(own_d, transpose(own_v));
    for (std::size_t m = 0; m < q.rows; ++m) {
      double along = 0;
      for (std::size_t n = 0; n < k.rows; ++n) along += p(m, n) * d_s(m, n);
      for (std::size_t n = 0; n < k.rows; ++n) {
        d_s(m, n) = scale * p(m, n) * (d_s(m, n) - along);
      }
    }
    put_columns(multiply(d_s, own_k), h * d, all.q);
    put_columns(multiply(transpose(d_s), own_q), h * d, all.k);
    put_columns(multiply(transpose(p), own_d), h * dv, all.v);
  }
  return all;
}

// sums[c] += Σ of a column.
inline void add_columns(const Matrix& rows, std::vector<double>& sums) {
  sums.resize(rows.cols);
  for (std::size_t i = 0; i < rows.values.size(); ++i) {
    sums[i % rows.cols] += rows.values[i];
  }
}
inline void add(const Matrix& part, std::vector<double>& sums) {
  sums.resize(part.values.size());
  for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += part.values[i];
}

// The gradient of a row of a norm's input, from that of its standardised row.
inline Matrix norm_gradient(const Matrix& x, const Matrix& standard,
                            const Matrix& d_standard) {
  Matrix d(x.rows, x.cols);
  const double count = static_cast<double>(x.cols);
  for (std::size_t r = 0; r < x.rows; ++r) {
    double mean = 0, variance = 0, d_mean = 0, along = 0;
    for (std::size_t c = 0; c < x.cols; ++c) mean += x(r, c) / count;
    for (std::size_t c = 0; c < x.cols; ++c) {
      variance += (x(r, c) - mean) * (x(r, c) - mean) / count;
      d_mean += d_standard(r, c) / count;
      along += d_standard(r, c) * standard(r, c) / count;
    }
    for (std::size_t c = 0; c < x.cols; ++c) {
      d(r, c) = (d_standard(r, c) - d_mean - standard(r, c) * along) /
                std::sqrt(variance + 1e-5);
    }
  }
  return d;
}

}  // namespace naive

template <class T>
ReadGradients naive_gradients(const ReadCase<T>& c,
                              const Tensor<T, 3>& d_output) {
  using naive::Matrix;
  ReadGradients found;
  const CrossAttentionShape& s = c.shape;
  const Matrix w_k(matrix(c.key.weight)), w_v(matrix(c.value.weight));
  Matrix ones(1, s.channels), zeros(1, s.channels);
  ones.values.assign(s.channels, 1.0);
  for (std::size_t b = 0; b < s.batch; ++b) {
    const Matrix x(example(c.inputs, b)), q(example(c.queries, b));
    const Matrix standard = s.normed ? naive::layer_norm(x, ones, zeros) : x;
    const Matrix normed =
        s.normed ? naive::layer_norm(x, naive::row_of(c.norm.scale),
                                     naive::row_of(c.norm.offset))
                 : x;
    const auto d = naive::attention_gradients(
        q, naive::affine(normed, w_k, naive::row_of(c.key.bias)),
        naive::affine(normed, w_v, naive::row_of(c.value.bias)),
        Matrix(example(d_output, b)), s.heads,
        c.mask.size() > 0 ? &c.mask(b, 0) : nullptr);
    found["queries"].insert(found["queries"].end(), d.q.values.begin(),
                            d.q.values.end());
    naive::add(naive::multiply(naive::transpose(normed), d.k),
               found["key.weight"]);
    naive::add(naive::multiply(naive::transpose(normed), d.v),
               found["value.weight"]);
    naive::add_columns(d.k, found["key.bias"]);
    naive::add_columns(d.v, found["value.bias"]);
    Matrix d_x = naive::add(naive::multiply(d.k, naive::transpose(w_k)),
                            naive::multiply(d.v, naive::transpose(w_v)));
    if (s.normed) {
      naive::add_columns(d_x, found["norm.offset"]);
      Matrix along = d_x;
      for (std::size_t i = 0; i < d_x.values.size(); ++i) {
        along.values[i] *= standard.values[i];
        d_x.values[i] *= static_cast<double>(c.norm.scale(i % s.channels));
      }
      naive::add_columns(along, found["norm.scale"]);
      d_x = naive::norm_gradient(x, standard, d_x);
    }
    found["inputs"].insert(found["inputs"].end(), d_x.values.begin(),
                           d_x.values.end());
  }
  return found;
}

}  // namespace suite
