// What is true: naive loops in double precision. No xtensor, no BLAS, no
// cleverness, and nothing shared with the code that it judges.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace suite::oracle {

// Row-major values of any rank.
struct Array {
  std::vector<std::size_t> shape;
  std::vector<double> values;

  std::size_t dim(std::size_t axis) const { return shape[axis]; }
  double& at(std::size_t i, std::size_t j, std::size_t k) {
    return values[(i * shape[1] + j) * shape[2] + k];
  }
  double at(std::size_t i, std::size_t j, std::size_t k) const {
    return values[(i * shape[1] + j) * shape[2] + k];
  }
};

Array zeros(std::size_t batch, std::size_t rows, std::size_t channels);

// learned[rows, channels] for each example: [batch, rows, channels].
Array repeated(const Array& learned, std::size_t batch);

// By the names that a model's visitor gives.
using Parameters = std::map<std::string, Array>;

// Which inputs are real, [batch, N]; empty: all.
using Valid = std::vector<std::uint8_t>;

// x[batch, rows, in]·W[in, out] + b, with the parameters `name`.weight and, if
// there is one, `name`.bias.
Array linear(const Array& x, const Parameters& parameters,
             const std::string& name);

// With `name`.scale and `name`.offset; ε = 1e-5, biased variance.
Array layer_norm(const Array& x, const Parameters& parameters,
                 const std::string& name);

Array gelu_erf(Array x);
Array gelu_tanh(Array x);
Array sum(Array a, const Array& b);

// The inputs[batch, N, C] with what `positions` ("none", "fourier", "learned")
// says of where they stand on a line.
Array encode(const Array& input, const std::string& positions,
             std::size_t bands, const Parameters& parameters);

// softmax(q·kᵀ/√d)·v by heads, as defined: [batch, M, ·], [batch, N, ·].
Array attention(const Array& q, const Array& k, const Array& v,
                std::size_t heads, const Valid& valid);

// The same where a query reads those keys alone that `reads(query, key)` says.
using Reads = std::function<bool(std::size_t query, std::size_t key)>;
Array attention_where(const Array& q, const Array& k, const Array& v,
                      std::size_t heads, const Valid& valid,
                      const Reads& reads);

// Query, key and value projections `name`.query, .key, .value, then attention.
Array attend(const Array& query_input, const Array& input,
             const Parameters& parameters, const std::string& name,
             std::size_t heads, const Valid& valid);

struct LayerForm {
  std::size_t heads = 1;
  bool query_residual = true;
  bool gelu_tanh = false;
  // What mixes rows in place of attention, from queries, keys and values. Without
  // the parameters `name`.key.* the keys are the queries.
  std::function<Array(const Array& q, const Array& k, const Array& v)> mix = {};
};

// A pre-norm layer with the parameters `name`.*: self-attention of `stream`, or
// cross-attention to `*inputs`.
Array attention_layer(const Array& stream, const Array* inputs,
                      const Parameters& parameters, const std::string& name,
                      const LayerForm& form, const Valid& valid);

}  // namespace suite::oracle
