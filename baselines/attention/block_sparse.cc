// Block-sparse attention in the manner of BigBird (Zaheer et al. 2020, §2 and
// App. D): rows in blocks; a block reads itself, `neighbours` blocks on either
// side, `random` others, and the first `globals` blocks, which read everything.
// Softmax attention over those. All heads and layers read alike, and global blocks
// are blocks of the input.
//
// Cost: about 2·N·block·(2·neighbours + 1 + random + 2·globals)·D MACs a layer,
// linear in N.
#include <algorithm>
#include <cstdlib>

#include "baselines/transformer/transformer.h"
#include "contract/registry.h"
#include "primitives/efficient_attention/sparse/sparse_backward.h"
#include "primitives/efficient_attention/sparse/sparse_formula.h"

namespace suite {
namespace {

// What a block reads at random follows from its number (SplitMix64's mixing of
// bits, Steele et al. 2014).
constexpr std::uint64_t scrambled(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}
static_assert(scrambled(0) == 0xe220a8397b1dcdaf);  // its published first
static_assert(scrambled(1234567) == 6457827717110365317);

struct Blocks {
  std::size_t rows, size, count, neighbours, globals, random;

  Blocks(const Shape& s, const Options& options)
      : rows(s.N),
        size(std::min(options.number("block"), s.N)),
        neighbours(options.number("neighbours")),
        random(options.number("random")) {
    require(size > 0, "block = 0: must be at least 1");
    count = (rows + size - 1) / size;
    globals = std::min(options.number("globals"), count);
  }

  KeyRange rows_of(const KeyRange& blocks) const {
    return {blocks.first * size, std::min(blocks.last * size, rows)};
  }

  // The blocks that a block reads, once each and in order. A global one: all.
  std::vector<std::size_t> read_by(std::size_t block) const {
    std::vector<std::size_t> read;
    for (std::size_t b = 0; b < globals; ++b) read.push_back(b);
    const std::size_t first = block < neighbours ? 0 : block - neighbours;
    const std::size_t last = std::min(block + neighbours + 1, count);
    for (std::size_t b = std::max(first, globals); b < last; ++b) {
      read.push_back(b);
    }
    const std::size_t wanted = std::min(read.size() + random, count);
    for (std::uint64_t draw = scrambled(block); read.size() < wanted;
         draw = scrambled(draw)) {
      const std::size_t b = draw % count;
      if (std::count(read.begin(), read.end(), b) == 0) read.push_back(b);
    }
    std::sort(read.begin(), read.end());
    return read;
  }

  // The same as runs of rows.
  void add_runs(std::size_t block, std::vector<KeyRange>& runs) const {
    if (block < globals) return runs.push_back({0, rows});
    for (const std::size_t b : read_by(block)) {
      const KeyRange next = rows_of({b, b + 1});
      if (!runs.empty() && runs.back().last == next.first) {
        runs.back().last = next.last;
      } else {
        runs.push_back(next);
      }
    }
  }

  SparsePattern pattern() const {
    return {.rows = rows,
            .block = size,
            .whole = [*this](std::size_t query, std::vector<KeyRange>& runs) {
              add_runs(query / size, runs);
            }};
  }

  // Of a query and a key that it reads.
  std::size_t pairs() const {
    std::size_t pairs = 0;
    std::vector<KeyRange> runs;
    for (std::size_t block = 0; block < count; ++block) {
      runs.clear();
      add_runs(block, runs);
      std::size_t keys = 0;
      for (const KeyRange& run : runs) keys += run.size();
      pairs += rows_of({block, block + 1}).size() * keys;
    }
    return pairs;
  }
};

template <class T>
class BlockSparse {
 public:
  BlockSparse(const Shape& shape, const Options& options)
      : pattern_(Blocks(shape, options).pattern()) {}

  using Workspace = SparseAttention<T>;
  Workspace workspace() const { return {}; }

  void forward(const AttentionInputs<T>& inputs, Workspace& attention,
               Tensor<T, 3>& output, Ledger& ledger,
               AttentionTrace<T>* trace) const {
    attention.forward(inputs, pattern_, output, ledger, trace);
  }

  using Backward = SparseBackward<T>;
  Backward backward_workspace() const { return {}; }

  void backward(const AttentionInputs<T>& inputs,
                const AttentionResult<T>& result,
                const AttentionInputGradients<T>& gradients, Backward& backward,
                BlockSparse&, Ledger& ledger) const {
    backward.run(inputs, pattern_, result, gradients, ledger);
  }

 private:
  SparsePattern pattern_;
};

AttentionShape attention_shape(const Shape& s) {
  return {s.batch, s.N, s.N, s.H, s.D / s.H, s.D / s.H};
}

Cost sparse_cost(const Shape& s, const Options& options, std::size_t scalar,
                 int threads) {
  const Blocks blocks(s, options);
  return formula::sparse_attention(attention_shape(s), blocks.pairs(),
                                   blocks.size, scalar, threads);
}

Cost sparse_backward_cost(const Shape& s, const Options& options,
                          std::size_t scalar, int threads) {
  const Blocks blocks(s, options);
  return formula::sparse_attention_backward(
      attention_shape(s), blocks.pattern(), blocks.pairs(), scalar, threads);
}

// Which of `count` blocks does a block read? By the definition, one by one.
std::vector<bool> naive_reads(std::size_t block, std::size_t count,
                              const Options& options) {
  const auto reach = static_cast<long>(options.number("neighbours"));
  const std::size_t globals = options.number("globals");
  std::vector<bool> reads(count);
  std::size_t others = 0;
  for (std::size_t b = 0; b < count; ++b) {
    const long away = static_cast<long>(b) - static_cast<long>(block);
    reads[b] = std::abs(away) <= reach || b < globals || block < globals;
    others += !reads[b];
  }
  std::size_t left = std::min(others, options.number("random"));
  for (std::uint64_t x = scrambled(block); left > 0; x = scrambled(x)) {
    if (reads[x % count]) continue;
    reads[x % count] = true;
    --left;
  }
  return reads;
}

oracle::Array sparse_reference(const NaiveInputs& in) {
  const std::size_t size = in.options.number("block"), N = in.shape.N;
  const std::size_t count = N / size + (N % size > 0);
  std::vector<std::vector<bool>> reads;
  for (std::size_t b = 0; b < count; ++b) {
    reads.push_back(naive_reads(b, count, in.options));
  }
  return oracle::attention_where(in.q, in.k, in.v, in.shape.H, in.valid,
                                 [&](std::size_t query, std::size_t key) {
                                   return reads[query / size][key / size];
                                 });
}

Contestant block_sparse() {
  AttentionVariant variant{{
      .name = "block_sparse",
      .facts = {.paper = "Zaheer et al. 2020 (BigBird), §2 and App. D",
                .idea = "a block of rows reads neighbouring, global and random "
                        "blocks",
                .cost = "O(B·N·block·(neighbours + globals + random)·D)",
                .exact = false},
      .options = {number("block", 64, "How many rows has a block?"),
                  number("neighbours", 1, "How many blocks on either side?"),
                  number("globals", 2,
                         "How many first blocks read and are read by all?"),
                  number("random", 3, "How many other blocks at random?")},
      .trial = {{"block", "2"}, {"globals", "1"}, {"random", "1"}},
      .growth = {{"N", 1, 1}},
      .limit = ExactLimit{.statement = "neighbours ≥ N/block",
                          .options =
                              [](const Shape& shape, std::size_t) {
                                return OptionValues{
                                    {"neighbours", std::to_string(shape.N)}};
                              }},
      .golden = Golden{71280, 2952, 1.78802431658},
      .settings = along("random", {3, 6, 12, 24}),
  }};
  variant.cost = sparse_cost;
  variant.backward_cost = sparse_backward_cost;
  variant.reference = sparse_reference;
  make_with<BlockSparse>(variant);
  return transformer_with(variant);
}

const Registration registered(block_sparse());

}  // namespace
}  // namespace suite
