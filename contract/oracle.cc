#include "contract/oracle.h"

#include <algorithm>
#include <cmath>

namespace suite::oracle {

Array zeros(std::size_t batch, std::size_t rows, std::size_t channels) {
  return {{batch, rows, channels},
          std::vector<double>(batch * rows * channels, 0.0)};
}

Array repeated(const Array& learned, std::size_t batch) {
  Array all = zeros(batch, learned.dim(0), learned.dim(1));
  for (std::size_t i = 0; i < all.values.size(); ++i) {
    all.values[i] = learned.values[i % learned.values.size()];
  }
  return all;
}

Array linear(const Array& x, const Parameters& parameters,
             const std::string& name) {
  const Array& weight = parameters.at(name + ".weight");
  const auto bias = parameters.find(name + ".bias");
  const std::size_t in = weight.dim(0), out = weight.dim(1);
  Array y = zeros(x.dim(0), x.dim(1), out);
  for (std::size_t b = 0; b < x.dim(0); ++b) {
    for (std::size_t r = 0; r < x.dim(1); ++r) {
      for (std::size_t i = 0; i < in; ++i) {
        for (std::size_t o = 0; o < out; ++o) {
          y.at(b, r, o) += x.at(b, r, i) * weight.values[i * out + o];
        }
      }
      for (std::size_t o = 0; o < out && bias != parameters.end(); ++o) {
        y.at(b, r, o) += bias->second.values[o];
      }
    }
  }
  return y;
}

Array layer_norm(const Array& x, const Parameters& parameters,
                 const std::string& name) {
  const Array& scale = parameters.at(name + ".scale");
  const Array& offset = parameters.at(name + ".offset");
  const std::size_t channels = x.dim(2);
  Array y = x;
  for (std::size_t b = 0; b < x.dim(0); ++b) {
    for (std::size_t r = 0; r < x.dim(1); ++r) {
      double mean = 0, variance = 0;
      for (std::size_t c = 0; c < channels; ++c) mean += x.at(b, r, c);
      mean /= static_cast<double>(channels);
      for (std::size_t c = 0; c < channels; ++c) {
        variance += std::pow(x.at(b, r, c) - mean, 2);
      }
      variance /= static_cast<double>(channels);
      for (std::size_t c = 0; c < channels; ++c) {
        y.at(b, r, c) = (x.at(b, r, c) - mean) / std::sqrt(variance + 1e-5) *
                            scale.values[c] +
                        offset.values[c];
      }
    }
  }
  return y;
}

Array gelu_erf(Array x) {
  for (double& v : x.values) v = v / 2 * (1 + std::erf(v / std::sqrt(2.0)));
  return x;
}

Array gelu_tanh(Array x) {
  const double root = std::sqrt(2 / std::acos(-1.0));
  for (double& v : x.values) {
    v = v / 2 * (1 + std::tanh(root * (v + 0.044715 * v * v * v)));
  }
  return x;
}

Array sum(Array a, const Array& b) {
  for (std::size_t i = 0; i < a.values.size(); ++i) a.values[i] += b.values[i];
  return a;
}

Array encode(const Array& input, const std::string& positions,
             std::size_t bands, const Parameters& parameters) {
  if (positions == "none") return input;
  const std::size_t N = input.dim(1), C = input.dim(2);
  const std::size_t added = positions == "fourier" ? 2 * bands + 1 : 0;
  Array encoded = zeros(input.dim(0), N, C + added);
  for (std::size_t b = 0; b < input.dim(0); ++b) {
    for (std::size_t n = 0; n < N; ++n) {
      for (std::size_t c = 0; c < C; ++c) {
        encoded.at(b, n, c) = input.at(b, n, c);
        if (positions == "learned") {
          encoded.at(b, n, c) += parameters.at("positions").values[n * C + c];
        }
      }
      if (positions == "learned") continue;
      const double last = N > 1 ? static_cast<double>(N - 1) : 1;
      const double p = -1 + 2 * static_cast<double>(n) / last;
      encoded.at(b, n, C) = p;
      for (std::size_t k = 0; k < bands; ++k) {
        const double highest = static_cast<double>(N) / 2;
        const double along =
            bands > 1 ? static_cast<double>(k) / static_cast<double>(bands - 1)
                      : 0;
        const double f = 1 + along * (highest - 1);
        encoded.at(b, n, C + 1 + k) = std::sin(std::acos(-1.0) * f * p);
        encoded.at(b, n, C + 1 + bands + k) = std::cos(std::acos(-1.0) * f * p);
      }
    }
  }
  return encoded;
}

Array attention(const Array& q, const Array& k, const Array& v,
                std::size_t heads, const Valid& valid) {
  return attention_where(q, k, v, heads, valid,
                         [](std::size_t, std::size_t) { return true; });
}

Array attention_where(const Array& q, const Array& k, const Array& v,
                      std::size_t heads, const Valid& valid,
                      const Reads& reads) {
  const std::size_t queries = q.dim(1), keys = k.dim(1);
  const std::size_t qk = q.dim(2) / heads, vc = v.dim(2) / heads;
  Array y = zeros(q.dim(0), queries, v.dim(2));
  std::vector<double> weight(keys);
  for (std::size_t b = 0; b < q.dim(0); ++b) {
    for (std::size_t h = 0; h < heads; ++h) {
      for (std::size_t m = 0; m < queries; ++m) {
        double maximum = -HUGE_VAL, total = 0;
        for (std::size_t n = 0; n < keys; ++n) {
          weight[n] = 0;
          for (std::size_t c = h * qk; c < (h + 1) * qk; ++c) {
            weight[n] += q.at(b, m, c) * k.at(b, n, c);
          }
          weight[n] /= std::sqrt(static_cast<double>(qk));
          if (!valid.empty() && !valid[b * keys + n]) weight[n] = -HUGE_VAL;
          if (!reads(m, n)) weight[n] = -HUGE_VAL;
          maximum = std::max(maximum, weight[n]);
        }
        if (maximum == -HUGE_VAL) continue;  // nothing to attend to: zeros
        for (double& w : weight) total += w = std::exp(w - maximum);
        for (std::size_t n = 0; n < keys; ++n) {
          for (std::size_t c = h * vc; c < (h + 1) * vc; ++c) {
            y.at(b, m, c) += weight[n] / total * v.at(b, n, c);
          }
        }
      }
    }
  }
  return y;
}

Array attend(const Array& query_input, const Array& input,
             const Parameters& parameters, const std::string& name,
             std::size_t heads, const Valid& valid) {
  return attention(linear(query_input, parameters, name + ".query"),
                   linear(input, parameters, name + ".key"),
                   linear(input, parameters, name + ".value"), heads, valid);
}

Array attention_layer(const Array& stream, const Array* inputs,
                      const Parameters& parameters, const std::string& name,
                      const LayerForm& form, const Valid& valid) {
  const Array normed = layer_norm(stream, parameters, name + ".norm");
  const Array read =
      inputs == nullptr ? normed
                        : layer_norm(*inputs, parameters, name + ".input_norm");
  const bool shared_keys = parameters.count(name + ".key.weight") == 0;
  const Array mixed =
      form.mix ? form.mix(linear(normed, parameters, name + ".query"),
                          linear(read, parameters,
                                 name + (shared_keys ? ".query" : ".key")),
                          linear(read, parameters, name + ".value"))
               : attend(normed, read, parameters, name, form.heads, valid);
  Array x = linear(mixed, parameters, name + ".output");
  if (form.query_residual) x = sum(x, stream);
  const Array hidden =
      linear(layer_norm(x, parameters, name + ".mlp_norm"), parameters,
             name + ".mlp_in");
  const Array active = form.gelu_tanh ? gelu_tanh(hidden) : gelu_erf(hidden);
  return sum(x, linear(active, parameters, name + ".mlp_out"));
}

}  // namespace suite::oracle
