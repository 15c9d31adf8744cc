#include "primitives/testing.h"

#include <numbers>

namespace suite::naive {

Matrix transpose(const Matrix& a) {
  Matrix t(a.cols, a.rows);
  for (std::size_t r = 0; r < a.rows; ++r) {
    for (std::size_t c = 0; c < a.cols; ++c) t(c, r) = a(r, c);
  }
  return t;
}

Matrix multiply(const Matrix& a, const Matrix& b) {
  Matrix product(a.rows, b.cols);
  for (std::size_t r = 0; r < a.rows; ++r) {
    for (std::size_t k = 0; k < a.cols; ++k) {
      for (std::size_t c = 0; c < b.cols; ++c) {
        product(r, c) += a(r, k) * b(k, c);
      }
    }
  }
  return product;
}

Matrix add(Matrix a, const Matrix& b) {
  for (std::size_t i = 0; i < a.values.size(); ++i) a.values[i] += b.values[i];
  return a;
}

Matrix affine(const Matrix& x, const Matrix& weight, const Matrix& bias) {
  Matrix y = multiply(x, weight);
  for (std::size_t r = 0; r < y.rows; ++r) {
    for (std::size_t c = 0; c < y.cols; ++c) y(r, c) += bias(0, c);
  }
  return y;
}

Matrix layer_norm(const Matrix& x, const Matrix& scale, const Matrix& offset) {
  Matrix y(x.rows, x.cols);
  for (std::size_t r = 0; r < x.rows; ++r) {
    double mean = 0, variance = 0;
    for (std::size_t c = 0; c < x.cols; ++c) mean += x(r, c);
    mean /= static_cast<double>(x.cols);
    for (std::size_t c = 0; c < x.cols; ++c) {
      variance += (x(r, c) - mean) * (x(r, c) - mean);
    }
    variance /= static_cast<double>(x.cols);
    for (std::size_t c = 0; c < x.cols; ++c) {
      y(r, c) = (x(r, c) - mean) / std::sqrt(variance + 1e-5) * scale(0, c) +
                offset(0, c);
    }
  }
  return y;
}

Matrix gelu_erf(Matrix x) {
  // erfc, not 1 + erf: the tail of negative values keeps its digits.
  for (double& v : x.values) v *= std::erfc(-v / std::sqrt(2.0)) / 2;
  return x;
}

Matrix gelu_tanh(Matrix x) {
  for (double& v : x.values) {
    const double inner =
        std::sqrt(2 / std::numbers::pi) * (v + 0.044715 * v * v * v);
    v = v / 2 * (1 + std::tanh(inner));
  }
  return x;
}

Matrix softmax(Matrix logits, const std::uint8_t* valid) {
  for (std::size_t r = 0; r < logits.rows; ++r) {
    double highest = -std::numeric_limits<double>::infinity(), sum = 0;
    const auto hidden = [&](std::size_t c) {
      return valid != nullptr && valid[c] == 0;
    };
    for (std::size_t c = 0; c < logits.cols; ++c) {
      if (!hidden(c)) highest = std::max(highest, logits(r, c));
    }
    for (std::size_t c = 0; c < logits.cols; ++c) {
      double& value = logits(r, c);
      value = hidden(c) ? 0 : std::exp(value - highest);
      sum += value;
    }
    for (std::size_t c = 0; c < logits.cols && sum > 0; ++c) {
      logits(r, c) /= sum;
    }
  }
  return logits;
}

Matrix attention(const Matrix& q, const Matrix& k, const Matrix& v,
                 std::size_t heads, const std::uint8_t* valid) {
  const std::size_t d = q.cols / heads, dv = v.cols / heads;
  Matrix output(q.rows, v.cols);
  for (std::size_t h = 0; h < heads; ++h) {
    Matrix logits(q.rows, k.rows);
    for (std::size_t m = 0; m < q.rows; ++m) {
      for (std::size_t n = 0; n < k.rows; ++n) {
        double dot = 0;
        for (std::size_t c = h * d; c < (h + 1) * d; ++c) {
          dot += q(m, c) * k(n, c);
        }
        logits(m, n) = dot / std::sqrt(static_cast<double>(d));
      }
    }
    const Matrix weights = softmax(logits, valid);
    for (std::size_t m = 0; m < q.rows; ++m) {
      for (std::size_t n = 0; n < k.rows; ++n) {
        for (std::size_t c = h * dv; c < (h + 1) * dv; ++c) {
          output(m, c) += weights(m, n) * v(n, c);
        }
      }
    }
  }
  return output;
}

}  // namespace suite::naive
