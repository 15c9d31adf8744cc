// Reformer's LSH attention (Kitaev et al. 2020, §2 and App. A). Queries and keys
// share one map, k = q/|q|, so the block has none for keys. In each of `hashes`
// rounds rows are sorted by an angular hash, the argmax of [Rq; −Rq], and cut into
// chunks; a row reads its chunk and the one before it, all buckets of them alike.
// Rounds meet by their log-sum-exp, and a row that several of them show counts
// once, as App. A's N_ij has it (Hugging Face's port counts it each time, and lets
// a round's first chunk read the last of the round before). A row doesn't read
// itself unless it meets no other. R is a parameter, of orthogonal rows as
// rotations have, and shared by all heads of a layer. Where one chunk holds all
// rows there is nothing to hash.
//
// Not causal: where a later row falls decides what those before it meet, so a mask
// alone would not make it so.
//
// Cost: at most 4·N·hashes·chunk·D MACs and N·hashes·(buckets/2)·D for the hash a
// layer, linear in N where the paper has buckets = 2·N/chunk; a counting sort, for
// the N·log N of its sort.
#include <algorithm>
#include <cmath>

#include "baselines/transformer/transformer.h"
#include "contract/registry.h"
#include "primitives/efficient_attention/hashed/hashed_attention.h"
#include "primitives/efficient_attention/hashed/hashed_backward.h"
#include "primitives/efficient_attention/hashed/hashed_formula.h"

namespace suite {
namespace {

HashedShape hashed_shape(const Shape& s, const Options& options) {
  const std::size_t hashes = options.number("hashes");
  const std::size_t buckets = options.number("buckets");
  const std::size_t chunk = options.number("chunk");
  require(hashes > 0, "hashes = 0: must be at least 1");
  require(chunk > 0, "chunk = 0: must be at least 1");
  require(buckets > 0 && buckets % 2 == 0 && buckets <= kMostBuckets,
          "buckets = {}: must be even, from 2 to {}", buckets, kMostBuckets);
  HashShape hash{s.batch, s.N, s.H, s.D / s.H, hashes, buckets};
  if (chunk >= s.N) hash.rounds = 1, hash.buckets = 0;
  return {hash, s.D / s.H, std::min(chunk, s.N)};
}

template <class T>
class Reformer {
 public:
  Reformer(const Shape& shape, const Options& options)
      : shape_(hashed_shape(shape, options)) {
    rotations_.resize(
        {shape_.hash.rounds * shape_.hash.buckets / 2, shape_.hash.channels});
  }

  using Workspace = HashedAttention<T>;
  Workspace workspace() const { return {}; }

  void forward(const AttentionInputs<T>& inputs, Workspace& attention,
               Tensor<T, 3>& output, Ledger& ledger,
               AttentionTrace<T>* trace) const {
    attention.forward(
        shape_, {inputs.queries, inputs.values, rotations_, inputs.mask},
        output, ledger, trace == nullptr ? nullptr : &trace->log_sum_exp);
  }

  using Backward = HashedBackward<T>;
  Backward backward_workspace() const { return {}; }

  void backward(const AttentionInputs<T>& inputs,
                const AttentionResult<T>& result,
                const AttentionInputGradients<T>& gradients, Backward& backward,
                Reformer&, Ledger& ledger) const {
    backward.run(shape_,
                 {inputs.queries, inputs.values, rotations_, inputs.mask},
                 {result.output, result.d_output, result.trace.log_sum_exp},
                 {gradients.queries, gradients.values}, ledger);
  }

  void for_each_parameter(const std::string& name,
                          const ParameterVisitor<T>& visit) {
    if (shape_.hash.buckets == 0) return;
    visit_tensor(visit, name + ".rotations", rotations_, Init::orthogonal);
  }

 private:
  HashedShape shape_;
  Tensor<T, 2> rotations_;  // [hashes·buckets/2, D/H]
};

Cost reformer_cost(const Shape& s, const Options& options, std::size_t scalar,
                   int threads) {
  const HashedShape shape = hashed_shape(s, options);
  Cost cost = formula::hashed_attention(shape, scalar, threads);
  cost.parameters =
      shape.hash.rounds * shape.hash.buckets / 2 * shape.hash.channels;
  return cost;
}

Cost reformer_backward_cost(const Shape& s, const Options& options,
                            std::size_t scalar, int threads) {
  return formula::hashed_attention_backward(hashed_shape(s, options), scalar,
                                            threads);
}

// The rows of one head that a mask shows, in the order of one round's hash.
std::vector<std::size_t> sorted_rows(const NaiveInputs& in, std::size_t b,
                                     std::size_t first, std::size_t round) {
  const oracle::Array& rotations = in.parameter("rotations");
  const std::size_t d = rotations.dim(1);
  const std::size_t half = in.options.number("buckets") / 2;
  std::vector<std::vector<std::size_t>> buckets(2 * half);
  for (std::size_t n = 0; n < in.shape.N; ++n) {
    if (in.hidden(b, n)) continue;
    std::vector<double> along(2 * half);
    for (std::size_t r = 0; r < half; ++r) {
      for (std::size_t c = 0; c < d; ++c) {
        along[r] += rotations.values[(round * half + r) * d + c] *
                    in.q.at(b, n, first + c);
      }
      along[half + r] = -along[r];
    }
    buckets[std::max_element(along.begin(), along.end()) - along.begin()]
        .push_back(n);
  }
  std::vector<std::size_t> sorted;
  for (const auto& bucket : buckets) {
    sorted.insert(sorted.end(), bucket.begin(), bucket.end());
  }
  return sorted;
}

// [i][j]: does row i of a head meet row j in any round?
using Meets = std::vector<std::vector<bool>>;

Meets meetings(const NaiveInputs& in, std::size_t b, std::size_t first) {
  const std::size_t N = in.shape.N, chunk = in.options.number("chunk");
  if (chunk >= N) return Meets(N, std::vector<bool>(N, true));
  Meets meets(N, std::vector<bool>(N));
  for (std::size_t round = 0; round < in.options.number("hashes"); ++round) {
    const auto sorted = sorted_rows(in, b, first, round);
    for (std::size_t i = 0; i < sorted.size(); ++i) {
      const std::size_t own = i / chunk * chunk;
      const std::size_t from = own < chunk ? 0 : own - chunk;
      const std::size_t to = std::min(own + chunk, sorted.size());
      for (std::size_t j = from; j < to; ++j) meets[sorted[i]][sorted[j]] = true;
    }
  }
  return meets;
}

// Softmax over q_i·q_j/|q_j| of the rows j ≠ i that i meets, into y.
void attend_row(const NaiveInputs& in, std::size_t b, std::size_t first,
                std::size_t i, const std::vector<bool>& meets,
                oracle::Array& y) {
  const std::size_t N = in.shape.N, d = in.shape.D / in.shape.H;
  if (in.hidden(b, i)) return;
  std::vector<double> logits(N, -INFINITY);
  double largest = -INFINITY, total = 0;
  for (std::size_t j = 0; j < N; ++j) {
    if (j == i || !meets[j] || in.hidden(b, j)) continue;
    double dot = 0, square = 0;
    for (std::size_t c = first; c < first + d; ++c) {
      dot += in.q.at(b, i, c) * in.q.at(b, j, c);
      square += in.q.at(b, j, c) * in.q.at(b, j, c);
    }
    logits[j] = dot / std::sqrt(square);
    largest = std::max(largest, logits[j]);
  }
  if (std::isinf(largest)) logits[i] = largest = 0;  // it meets no other
  for (const double logit : logits) total += std::exp(logit - largest);
  for (std::size_t j = 0; j < N; ++j) {
    const double weight = std::exp(logits[j] - largest) / total;
    for (std::size_t c = first; c < first + d && weight > 0; ++c) {
      y.at(b, i, c) += weight * in.v.at(b, j, c);
    }
  }
}

template <class MeetingsOf>
oracle::Array shared_attention(const NaiveInputs& in, const MeetingsOf& of) {
  oracle::Array y = oracle::zeros(in.shape.batch, in.shape.N, in.shape.D);
  const std::size_t d = in.shape.D / in.shape.H;
  for (std::size_t b = 0; b < in.shape.batch; ++b) {
    for (std::size_t first = 0; first < in.shape.D; first += d) {
      const Meets meets = of(b, first);
      for (std::size_t i = 0; i < in.shape.N; ++i) {
        attend_row(in, b, first, i, meets[i], y);
      }
    }
  }
  return y;
}

oracle::Array reformer_reference(const NaiveInputs& in) {
  return shared_attention(in, [&](std::size_t b, std::size_t first) {
    return meetings(in, b, first);
  });
}

// All meet all.
oracle::Array full_reference(const NaiveInputs& in) {
  const Meets all(in.shape.N, std::vector<bool>(in.shape.N, true));
  return shared_attention(in, [&](std::size_t, std::size_t) { return all; });
}

Contestant reformer() {
  AttentionVariant variant{{
      .name = "reformer",
      .facts = {.paper = "Kitaev et al. 2020, §2 and App. A",
                .idea = "rows are sorted by a hash of queries that are keys as "
                        "well, and read those that it brings near",
                .cost = "O(B·N·hashes·(chunk + buckets)·D + B·N·log N)",
                .exact = false},
      .options = {number("hashes", 4, "How many rounds of hashing?"),
                  number("buckets", 64,
                         "How many buckets has a hash? The paper: 2·N/chunk"),
                  number("chunk", 64,
                         "How many rows has a chunk of the sorted?")},
      .trial = {{"hashes", "2"}, {"buckets", "4"}, {"chunk", "2"}},
      .growth = {{"N", 1, 1}, {"N", 1, 1, {{"hashes", "1"}}}},
      .limit = ExactLimit{.statement =
                              "chunk ≥ N: softmax attention of queries "
                              "over their directions, a row itself "
                              "left out",
                          .options =
                              [](const Shape& shape, std::size_t) {
                                return OptionValues{
                                    {"chunk", std::to_string(shape.N)}};
                              }},
      .golden = Golden{61920, 2556, 1.81178640377},
      .settings = along("hashes", {1, 2, 4, 8}),
      .chooses = true,
  }};
  variant.widths = [](const Shape& shape, const Options& options) -> MixerWidths {
    hashed_shape(shape, options);
    return {.keys = 0, .values = shape.D};
  };
  variant.cost = reformer_cost;
  variant.backward_cost = reformer_backward_cost;
  variant.reference = reformer_reference;
  variant.limit_reference = full_reference;
  make_with<Reformer>(variant);
  return transformer_with(variant);
}

const Registration registered(reformer());

}  // namespace
}  // namespace suite
